# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: meta-learning"
#       description: MAML, its first-order form and Reptile learn a start from which a new sine wave is few steps away; over three
#         seeds, with the step size that breaks it, and real digits where it does not help.
#     zh:
#       title: 实验：元学习
#       description: MAML、它的一阶形式和 Reptile 学出一个起点，从那里走几步就能学会新的正弦波；三个种子，一个会弄垮它的步长，以及它帮不上忙的真实数字。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: meta-learning {#meta-learning}
#
# **In short.** You learn a *starting point*: from it, five gradient steps on ten points bring a new sine wave near. You
# build MAML, which differentiates through the training step itself, and two cheaper methods; you see that ordinary
# pre-training on the same waves is worth nothing here. Then a step size breaks it, and real digits show no gain at all.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#meta), where meta-learning and Reptile are introduced, and
# [gradient descent](../basics/gradient-descent.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/meta_learning.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：元学习 {#meta-learning}
#
# **一句话概括。** 你要学的是一个*起点*：从那里出发，凭十个点走五步梯度下降，就能把一条新的正弦波学个大概。你会实现 MAML，它要对训练步骤本身求导，
# 还有两种更省的方法；并且看到，在同样的波上做普通的预训练，在这里一文不值。然后，一个步长弄垮了它，而真实的数字上看不到任何好处。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#meta)里对元学习和 Reptile 的介绍，以及[梯度下降](../basics/gradient-descent.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/meta_learning.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## Many small tasks {#tasks}
#
# The tasks are synthetic, as in the paper that introduced them: sine waves $u = A \sin(t + \varphi)$, each with its own
# amplitude $A$ and phase $\varphi$, to be learned from ten points. Each task has a network of its own; a leading axis of the
# weights lets all of them run at once. `descend` is the *inner* training: plain gradient descent from a start `theta`.
# With `through=True` PyTorch keeps the graph of every step, so that one can differentiate through them.

# %% [markdown] tags=["zh"]
# ## 许多小任务 {#tasks}
#
# 这里的任务是人造的，与最早的论文一样：正弦波 $u = A \sin(t + \varphi)$，振幅 $A$ 和相位 $\varphi$ 各不相同，要从十个点学出来。每项任务都有自己的网络；
# 权重最前面多一个轴，所有网络就能一起算。`descend` 是*内层*的训练：从起点 `theta` 出发的普通梯度下降。
# 设 `through=True` 时，PyTorch 会保留每一步的计算图，于是可以穿过这些步骤求导。

# %%
import math
from itertools import pairwise

import torch


def waves(tasks, generator):
    height = 0.1 + 4.9 * torch.rand(tasks, 1, 1, generator=generator)
    shift = 2 * math.pi * torch.rand(tasks, 1, 1, generator=generator)
    return lambda t: height * torch.sin(t + shift)


def points(tasks, shots, generator):
    return 10 * torch.rand(tasks, shots, 1, generator=generator) - 5  # (tasks, shots, 1), t from -5 to 5


def untrained(seed, sizes=(1, 40, 40, 1)):
    generator = torch.Generator().manual_seed(seed)
    theta = []
    for inputs, outputs in pairwise(sizes):
        theta += [torch.randn(1, inputs, outputs, generator=generator) / inputs**0.5]
        theta += [torch.randn(1, 1, outputs, generator=generator)]
    return theta


def predict(theta, t):  # W: (tasks, inputs, outputs), b: (tasks, 1, outputs)
    for W, b in zip(theta[:-2:2], theta[1:-2:2], strict=True):
        t = (t @ W + b).tanh()
    return t @ theta[-2] + theta[-1]


def squared_error(theta, t, u):
    return (predict(theta, t) - u).square().mean(dim=(1, 2))  # (tasks,)


def descend(theta, t, u, steps, lr=0.02, through=False):
    theta = [p.expand(len(t), *p.shape[1:]) for p in theta]
    if not through:
        theta = [p.detach().requires_grad_() for p in theta]
    for _ in range(steps):
        slopes = torch.autograd.grad(squared_error(theta, t, u).sum(), theta, create_graph=through)
        theta = [p - lr * slope for p, slope in zip(theta, slopes, strict=True)]
        if not through:
            theta = [p.detach().requires_grad_() for p in theta]
    return theta


g = torch.Generator().manual_seed(0)
t, wave = points(50, 10, g), waves(50, g)
losses = [squared_error(descend(untrained(0), t, wave(t), steps), t, wave(t)).mean().item() for steps in (0, 5, 30)]
print(*(f"{loss:.2f}" for loss in losses))
assert losses[0] > losses[1] > losses[2] and losses[1] > 1.5

# %% [markdown] tags=["en"]
# ## Learn the start {#methods}
#
# After one inner step from $\boldsymbol{\theta}$ on ten points of a task, its parameters are
# $\boldsymbol{\theta}' = \boldsymbol{\theta} - \alpha \nabla L(\boldsymbol{\theta})$. What we want is a small loss
# *after* that step, on ten *other* points of the same wave, $L'$. So that is the loss to minimise, over many tasks. By the
# chain rule its gradient is
#
# $$
# \nabla_{\boldsymbol{\theta}}\, L'(\boldsymbol{\theta}')
# = \left( \boldsymbol{I} - \alpha \nabla^2 L(\boldsymbol{\theta}) \right) \nabla L'(\boldsymbol{\theta}') .
# $$
#
# - **MAML** (model-agnostic meta-learning) takes all of it, second derivatives $\nabla^2 L$ included: `through=True`.
# - **First-order MAML** drops them and uses $\nabla L'(\boldsymbol{\theta}')$ alone.
# - **Reptile** needs no second set of points: it moves $\boldsymbol{\theta}$ towards where a few inner steps lead.
# - **Pre-training** for comparison: no inner step at all, one network for all waves.

# %% [markdown] tags=["zh"]
# ## 学出起点 {#methods}
#
# 从 $\boldsymbol{\theta}$ 出发，凭某项任务的十个点走一步内层训练，参数变成
# $\boldsymbol{\theta}' = \boldsymbol{\theta} - \alpha \nabla L(\boldsymbol{\theta})$。我们想要的，是走了这一步*之后*，在同一条波的*另外*十个点上损失小，
# 这个损失记作 $L'$。那么就在许多任务上最小化它。按链式法则，它的梯度是
#
# $$
# \nabla_{\boldsymbol{\theta}}\, L'(\boldsymbol{\theta}')
# = \left( \boldsymbol{I} - \alpha \nabla^2 L(\boldsymbol{\theta}) \right) \nabla L'(\boldsymbol{\theta}') .
# $$
#
# - **MAML**（model-agnostic meta-learning）全都要，包括二阶导数 $\nabla^2 L$：`through=True`。
# - **一阶 MAML** 扔掉二阶导数，只用 $\nabla L'(\boldsymbol{\theta}')$。
# - **Reptile** 不需要第二组点：走几步内层训练，把 $\boldsymbol{\theta}$ 朝到达的地方移动。
# - **预训练**用来比较：没有内层训练，一个网络学所有的波。

# %%
def outer(seed, inner, steps=200, tasks=10):
    """Adam on the loss after `inner` has adapted the start to ten points of each task."""
    generator = torch.Generator().manual_seed(100 + seed)
    theta = [p.requires_grad_() for p in untrained(seed)]
    optimizer = torch.optim.Adam(theta, lr=0.005)
    for _ in range(steps):
        wave, t, others = waves(tasks, generator), points(tasks, 10, generator), points(tasks, 10, generator)
        loss = squared_error(inner(theta, t, wave(t)), others, wave(others)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [p.detach() for p in theta]


def maml(seed):
    return outer(seed, lambda theta, t, u: descend(theta, t, u, steps=1, through=True))


def first_order(seed):
    def inner(theta, t, u):
        reached = descend(theta, t, u, steps=1)
        return [p + (q - p).detach() for p, q in zip(theta, reached, strict=True)]  # the values of q, the slope of p

    return outer(seed, inner)


def pre_trained(seed):
    return outer(seed, lambda theta, t, u: theta)


def reptile(seed, steps=150, tasks=10):
    generator = torch.Generator().manual_seed(100 + seed)
    theta = untrained(seed)
    for step in range(steps):
        t, wave = points(tasks, 20, generator), waves(tasks, generator)
        reached = descend(theta, t, wave(t), steps=8)
        share = 1 - step / steps
        theta = [p + share * (q.detach().mean(dim=0, keepdim=True) - p) for p, q in zip(theta, reached, strict=True)]
    return theta


def error_after(theta, steps, lr=0.02):
    """Mean squared error over the whole line, of 100 new waves learned from ten points each."""
    generator = torch.Generator().manual_seed(1)
    t, wave = points(100, 10, generator), waves(100, generator)
    line = torch.linspace(-5, 5, 81)[:, None].expand(100, -1, 1)
    return squared_error(descend(theta, t, wave(t), steps, lr), line, wave(line)).mean().item()

# %% [markdown] tags=["en"]
# ## Three seeds, five starts {#comparison}
#
# For each start, the error on new waves after 0, 1, 5 and 10 inner steps: mean and standard deviation over three seeds.
#
# <!-- block
# figure: lab-meta
# alt: >-
#   Mean squared error on new waves against inner steps, 0, 1, 5 and 10. All learned starts begin at about 4.2. MAML falls to
#   about 1.1 at five steps, first-order MAML and Reptile to a little below 2. The pre-trained start stays at about 4, the untrained
#   one falls slowly from about 5 to about 3.5.
# caption: >-
#   A learned start is not better, but better to start from. Mean of three seeds, the bands from the worst to the best.
# -->

# %% [markdown] tags=["zh"]
# ## 三个种子，五个起点 {#comparison}
#
# 对每个起点，给出走 0、1、5、10 步内层训练之后在新的波上的误差：三个种子的均值与标准差。
#
# <!-- block
# figure: lab-meta
# alt: >-
#   横轴是内层步数 0、1、5、10，纵轴是新波上的均方误差。学出来的起点都从约 4.2 开始。MAML 走五步降到约 1.1，一阶 MAML 和 Reptile 降到略低于 2。
#   预训练的起点停在约 4，未训练的从约 5 慢慢降到约 3.5。
# caption: >-
#   学出来的起点本身并不更好，好在适合出发。三个种子的均值，色带从最差到最好。
# -->

# %%
import matplotlib.pyplot as plt

from course_lib.exercises import language_of_reader

words = {"en": ("untrained", "pre-trained", "first-order"), "zh": ("未训练", "预训练", "一阶 MAML")}
at_first, before, cheap = words[language_of_reader()]
methods = {at_first: untrained, before: pre_trained, "Reptile": reptile, cheap: first_order, "MAML": maml}
stages = (0, 1, 5, 10)
errors = {}
figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for (name, method), style in zip(methods.items(), ("x--", "v--", "s-", "^-", "o-"), strict=True):
    starts = [method(seed) for seed in range(3)]
    table = errors[name] = torch.tensor([[error_after(start, n) for n in stages] for start in starts])  # (3, 4)
    print("   ".join(f"{e.mean():.1f} ± {e.std():.1f}" for e in table.unbind(dim=1)), " ", name)
    axes.plot(stages, table.mean(dim=0), style, label=name)
    axes.fill_between(stages, table.amin(dim=0), table.amax(dim=0), alpha=0.2)
axes.set(xlabel={"en": "inner steps", "zh": "内层步数"}[language_of_reader()], ylim=(0, 7))
axes.set_ylabel({"en": "mean squared error", "zh": "均方误差"}[language_of_reader()])
axes.legend(fontsize=9, ncols=2, loc="upper right")
plt.show()
five = {name: table[:, 2] for name, table in errors.items()}
assert five["MAML"].max() < 1.5 and five[cheap].max() < 2.3 and five["Reptile"].max() < 2.7
assert errors[before][:, 3].mean() > errors[at_first][:, 3].mean() and five[before].min() > 3.2
assert five[at_first].min() > 3.2 and errors["MAML"][:, 0].min() > 3

# %% [markdown] tags=["en"]
# Before any step the learned starts are as bad as the others: the mean of all waves is a flat line, and no start can know
# which wave will come. The difference shows after one step. The pre-trained network knows exactly that flat line, and
# is *worse* to start from than a random one: it has learned to ignore $t$. So it is not the practice with waves that helps, but
# practice in *learning* them. MAML, which knows what a step will do, is the best; dropping the second derivatives costs some of it.
#
# ## When it goes wrong {#when-it-goes-wrong}
#
# **Another step size than the one practised.** MAML's start was learned for $\alpha = 0.02$. Take steps three times as
# large, as one might to be faster still:

# %% [markdown] tags=["zh"]
# 一步不走时，学出来的起点和别的一样差：所有波的平均是一条平线，哪个起点也不可能知道来的会是哪条波。差别要走一步才看得出来。预训练的网络学到的正是那条平线，
# 从它出发比从随机的起点出发还要*差*：它学会了不理睬 $t$。可见有用的不是练习波，而是练习*学*波。MAML 知道走一步会怎样，所以最好；扔掉二阶导数，就损失一些。
#
# ## 出错的时候 {#when-it-goes-wrong}
#
# **步长与练习时不同。** MAML 的起点是为 $\alpha = 0.02$ 学的。有人想再快些，把步子迈大到三倍：

# %%
start = maml(0)
for lr in (0.005, 0.02, 0.06):
    after = [error_after(start, n, lr) for n in (1, 5, 10)]
    print(f"α = {lr:5}: " + "  ".join(f"{e:.3g}" for e in after))
    assert (lr != 0.02 or after[2] < 1.5) and (lr != 0.06 or not after[2] < 10)

# %% [markdown] tags=["en"]
# The larger steps leap out of every valley, and smaller ones arrive late. A learned start is tuned to the inner training it
# was practised with: to its step size, its number of points, its kind of task. Some methods learn $\alpha$ along with the start.
#
# ## Real digits {#digits}
#
# Does it help on real data? Tasks: tell three digits apart from *one* picture of each. Practise on triples of 0 to 6, test on
# 7, 8 and 9. MAML against the same network untrained, and against a method without any learning: the nearest of
# the three pictures.

# %% [markdown] tags=["zh"]
# 步子大了，就跳出每一个谷；步子小了，又来得晚。学出来的起点是为练习时的那种内层训练调好的：它的步长、它的点数、它那一类任务。有的方法把 $\alpha$ 也一起学。
#
# ## 真实的数字 {#digits}
#
# 在真实数据上有用吗？任务：每个数字只给*一张*图片，区分三个数字。用 0 到 6 里的三个一组来练习，用 7、8、9 来测试。拿 MAML 与没训练过的同样的网络比，
# 再与一种什么也不学的方法比：取三张图片里最近的一张。

# %%
from torch.nn import functional as F

from course_lib.datasets import digits

table = digits()
pools = [table.x[table.y == c] / 16 for c in range(10)]


def triples(tasks, classes, queries, generator):
    """Tasks of three classes: one picture of each to learn from (tasks, 3, 64), `queries` of each to ask about."""
    shown, asked = [], []
    for _ in range(tasks):
        for c in torch.tensor(classes)[torch.randperm(len(classes), generator=generator)[:3]].tolist():
            pictures = pools[c][torch.randperm(len(pools[c]), generator=generator)[: 1 + queries]]
            shown.append(pictures[:1])
            asked.append(pictures[1:])
    shown, asked = (torch.cat(p).reshape(tasks, -1, 64) for p in (shown, asked))
    return shown, torch.arange(3).expand(tasks, 3), asked, torch.arange(3).repeat_interleave(queries).expand(tasks, -1)


def scores(theta, pictures):  # one hidden layer of 32 ReLUs
    return (pictures @ theta[0] + theta[1]).relu() @ theta[2] + theta[3]


def learned(theta, pictures, labels, steps, through=False):
    theta = [p.expand(len(pictures), *p.shape[1:]) for p in theta]
    for _ in range(steps):
        loss = F.cross_entropy(scores(theta, pictures).transpose(1, 2), labels, reduction="sum") / 3
        slopes = torch.autograd.grad(loss, theta, create_graph=through)
        theta = [p - 0.4 * slope for p, slope in zip(theta, slopes, strict=True)]
    return theta


new = triples(200, [7, 8, 9], 10, torch.Generator().manual_seed(1))
closest = (torch.cdist(new[2], new[0]).argmin(dim=2) == new[3]).float().mean().item()
for seed in range(3):
    generator = torch.Generator().manual_seed(seed)
    theta = [p.requires_grad_() for p in untrained(seed, (64, 32, 3))]
    random = [p.detach().clone().requires_grad_() for p in theta]
    optimizer = torch.optim.Adam(theta, lr=0.003)
    for _ in range(100):
        shown, names, asked, answers = triples(8, list(range(7)), 5, generator)
        loss = F.cross_entropy(scores(learned(theta, shown, names, 2, through=True), asked).transpose(1, 2), answers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = [(scores(learned(s, *new[:2], 10), new[2]).argmax(dim=2) == new[3]).float().mean() for s in (random, theta)]
    print(f"{right[0]:.2f}, MAML {right[1]:.2f}; min |x − x_n| {closest:.2f}")
    assert right[1] < closest + 0.02 and abs(right[1] - right[0]) < 0.15

# %% [markdown] tags=["en"]
# Each line is a seed: untrained start, MAML, nearest picture. MAML gives *no* gain here, and comparing pictures beats both. Seven
# digits make only 35 different triples to practise on, and what tells 0 to 6 apart need not tell 7, 8, 9 apart; and 8 × 8
# pixels are simple enough to be compared as they are. With hundreds of classes and larger pictures it is
# otherwise. A method that shines on sine waves has to show on *your* tasks that it beats the simplest baseline.

# %% [markdown] tags=["zh"]
# 每行是一个种子：未训练的起点、MAML、最近的图片。在这里 MAML *没有*好处，直接比较图片胜过两者。七个数字只能组成 35 种不同的三个一组，可练的太少；
# 区分 0 到 6 要看的，也未必能区分 7、8、9；而 8 × 8 个像素本来就简单，直接比就行。类别有几百个、图片更大时，情况就不同了。
# 在正弦波上大放异彩的方法，还得在*你自己*的任务上证明，它胜过最简单的基线。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: the slope through a step {#ex-through .exercise data-difficulty="3"}
#
# One parameter, and a task with the loss $L(\theta) = \tfrac{1}{2} c\, (\theta - a)^2$, for learning and for the question
# afterwards. Take one step of size $\alpha$ from $\theta$. Write `slope_through(theta, a, c, alpha)`: the derivative with respect to
# $\theta$ of the loss *after* the step.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：穿过一步的斜率 {#ex-through .exercise data-difficulty="3"}
#
# 只有一个参数，任务的损失是 $L(\theta) = \tfrac{1}{2} c\, (\theta - a)^2$，学习和之后的考查都用它。从 $\theta$ 出发走一步，步长是 $\alpha$。
# 请写出 `slope_through(theta, a, c, alpha)`：走了这一步*之后*的损失对 $\theta$ 的导数。


# %%
from course_lib import check


def slope_through(theta, a, c, alpha):
    return ...


check("meta-learning/through", slope_through)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     After the step the distance to $a$ is $(1 - \alpha c)\,(\theta - a)$. Put that into the loss and differentiate.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     走一步之后，到 $a$ 的距离是 $(1 - \alpha c)\,(\theta - a)$。把它代入损失，再求导。

# %% tags=["solution"]
def slope_through(theta, a, c, alpha):
    return c * (1 - alpha * c) ** 2 * (theta - a)


assert check("meta-learning/through", slope_through)

for c in (1.0, 10.0, 30.0):
    theta = torch.tensor(1.0, requires_grad=True)  # a = 0, α = 0.05
    step = torch.autograd.grad(c * theta**2 / 2, theta, create_graph=True)[0]
    after = theta - 0.05 * step
    exact = torch.autograd.grad(c * after**2 / 2, theta)[0].item()
    first = c * after.item()
    print(f"c = {c:4}: MAML {exact:6.2f}, ∇L'(θ') {first:6.2f}")
    assert abs(exact - slope_through(1.0, 0.0, c, 0.05)) < 1e-4 and (first > 0) == (c < 20)

# %% [markdown] tags=["en"]
# One factor $1 - \alpha c$ comes from where the step leads, the other from how that place moves with the start: the second is
# what the first-order form drops. While $\alpha c < 1$ both have the same sign. For $c = 30$ the step overshoots,
# and the first-order form points the *wrong way*: it would move the start farther from $a$.
#
# ## What to change next {#next}
#
# - Train MAML with three inner steps instead of one. What does it gain, what does it cost?
# - Give new tasks five points, or fifty, though ten were practised.
# - Test on waves with twice the frequency. What is left of the advantage?
# - Learn $\alpha$ too: make it a parameter of the outer optimiser.
#
# ## Further reading {#further-reading}
#
# - Finn, Abbeel, Levine (2017), arXiv 1703.03400: MAML, its first-order form, and the sine waves.
# - Nichol, Achiam, Schulman (2018), arXiv 1803.02999: Reptile.

# %% [markdown] tags=["zh"]
# 一个因子 $1 - \alpha c$ 来自这一步走到了哪里，另一个来自那个位置怎样随起点移动：一阶形式扔掉的是后者。只要 $\alpha c < 1$，两者同号。
# 取 $c = 30$ 时，这一步迈过了头，一阶形式就指向了*反方向*：它会把起点推得离 $a$ 更远。
#
# ## 接下来可以改什么 {#next}
#
# - 训练 MAML 时内层走三步，而不是一步。好处有多大，代价有多大？
# - 练习时是十个点，给新任务五个点或五十个点试试。
# - 用频率加倍的波来测试。优势还剩多少？
# - 把 $\alpha$ 也学出来：让它成为外层优化器的一个参数。
#
# ## 延伸阅读 {#further-reading}
#
# - Finn、Abbeel、Levine（2017），arXiv 1703.03400：MAML、它的一阶形式，以及正弦波。
# - Nichol、Achiam、Schulman（2018），arXiv 1803.02999：Reptile。
