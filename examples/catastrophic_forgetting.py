# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: catastrophic forgetting and its remedies"
#       description: A network learns digits, then digits on their side; replay and elastic weight consolidation, step by step
#         and over five seeds, and the case where the second fails.
#     zh:
#       title: 实验：灾难性遗忘及其补救
#       description: 网络先学正放的数字，再学侧放的数字；一步步实现重放与弹性权重巩固，用五个种子比较，再看后者在什么情形下失灵。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: catastrophic forgetting and its remedies {#catastrophic-forgetting}
#
# **In short.** A network learns to read digits, then to read them lying on their side, and forgets about half of the
# first. You mend that in two ways: keep a few old pictures, or hold on to the weights that mattered. You see what each costs,
# over five seeds, and then find a case in which the second remedy does nothing, and why.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#life-long), where forgetting is introduced, and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/catastrophic_forgetting.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：灾难性遗忘及其补救 {#catastrophic-forgetting}
#
# **一句话概括。** 网络先学会认数字，再学认侧放的数字，结果把先学的忘掉了大约一半。你会用两种办法补救：留下几张旧图片，或者护住要紧的权重。
# 用五个种子看看各要付出什么代价，然后找到一种情形，第二种办法在那里毫无用处，并弄清原因。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#life-long)里对遗忘的介绍，以及[从曲线到网络](../deep/curves-to-networks.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/catastrophic_forgetting.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## Two tasks {#tasks}
#
# Task A: scanned digits, 8 × 8 pixels. Task B: the same digits, turned by a quarter. The ten answers are the same, and a
# single network could learn both, as we shall see. But life brings them one after the other. `fit` trains; if asked, it
# adds a `penalty` to the loss and writes down every 15 steps how many test pictures of task A are still read correctly.

# %% [markdown] tags=["zh"]
# ## 两项任务 {#tasks}
#
# 任务 A 是扫描得到的手写数字，8 × 8 个像素；任务 B 是同样的数字，转了四分之一圈。十种回答都一样，而且同一个网络完全可以两样都学会，下文就会看到。
# 可是在生活里，它们一先一后地来。`fit` 负责训练；需要时可以在损失上加一个 `penalty`（惩罚项），并且每 15 步记一次任务 A 的测试图片还能认对多少。

# %%
import copy

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, test = split(digits(), (2 / 3, 1 / 3), stratify=True)
x, y, x_test, y_test = learn.x / 16, learn.y, test.x / 16, test.y  # (1198, 64), (1198,), (599, 64), (599,)
side, side_test = (p.reshape(-1, 8, 8).rot90(1, (1, 2)).reshape(-1, 64) for p in (x, x_test))  # task B


def accuracy(model, pictures, labels):
    with torch.no_grad():
        return (model(pictures).argmax(dim=1) == labels).float().mean().item()


def fit(model, pictures, labels, seed, penalty=None, watch=None):
    torch.manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    curve = []
    for step in range(150):
        if watch and step % 15 == 0:
            curve.append(accuracy(model, *watch))
        rows = torch.randint(len(pictures), (100,))
        loss = F.cross_entropy(model(pictures[rows]), labels[rows])
        if penalty:
            loss = loss + penalty(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [*curve, accuracy(model, *watch)] if watch else curve


def network(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


first = network(0)
fit(first, x, y, seed=0)
second = copy.deepcopy(first)
fit(second, side, y, seed=1)
for model in (first, second):
    print(f"A {accuracy(model, x_test, y_test):.2f}, B {accuracy(model, side_test, y_test):.2f}")
assert accuracy(first, x_test, y_test) > 0.92 and accuracy(second, side_test, y_test) > 0.9
assert accuracy(second, x_test, y_test) < 0.6

# %% [markdown] tags=["en"]
# After task A the network reads upright digits and fails on the others; after task B it is the other way round. 150 steps
# were enough to overwrite what 150 steps had built. Nothing in the loss of task B speaks for the weights of task A.
#
# ## Hold on to what mattered {#ewc}
#
# Let something speak. Training on A ended at $\boldsymbol{\theta}^*$. Moving a weight away from there costs task A
# something, and some weights cost more than others. **Elastic weight consolidation** (EWC) adds a spring to each:
#
# $$
# L(\boldsymbol{\theta}) = L_B(\boldsymbol{\theta}) + \frac{\lambda}{2} \sum_i F_i\, (\theta_i - \theta_i^*)^2 .
# $$
#
# The stiffness $F_i$ is the **Fisher information**: by how much would the probabilities $\hat{y}_k$ of the answers change,
# if $\theta_i$ moved a little? In the mean over the pictures of task A,
#
# $$
# F_i = \frac{1}{N} \sum_n \sum_k \hat{y}_k \Big( \frac{\partial \ln \hat{y}_k}{\partial \theta_i} \Big)^2 .
# $$
#
# It is the curvature of task A's loss at $\boldsymbol{\theta}^*$ if the network fits the data well: a steep valley in this
# direction, a stiff spring. No picture of A is needed afterwards, only two numbers for each weight. The code writes the sum
# as it stands; `vmap` takes the gradient for every picture and every class at once.

# %% [markdown] tags=["zh"]
# 学完任务 A，网络认得正放的数字，侧放的认不出；学完任务 B，正好反过来。150 步建立起来的东西，150 步就覆盖掉了。任务 B 的损失里，没有任何东西替任务 A 的权重说话。
#
# ## 护住要紧的权重 {#ewc}
#
# 那就让它有话可说。学完 A 时参数停在 $\boldsymbol{\theta}^*$。把某个权重从那里挪开，任务 A 会受些损失，有的权重损失大，有的小。**弹性权重巩固**（elastic
# weight consolidation，EWC）给每个权重拴上一根弹簧：
#
# $$
# L(\boldsymbol{\theta}) = L_B(\boldsymbol{\theta}) + \frac{\lambda}{2} \sum_i F_i\, (\theta_i - \theta_i^*)^2 .
# $$
#
# 弹簧的劲度 $F_i$ 是**费希尔信息**（Fisher information）：$\theta_i$ 稍微动一动，各个回答的概率 $\hat{y}_k$ 会变多少？对任务 A 的图片取平均：
#
# $$
# F_i = \frac{1}{N} \sum_n \sum_k \hat{y}_k \Big( \frac{\partial \ln \hat{y}_k}{\partial \theta_i} \Big)^2 .
# $$
#
# 如果网络对数据拟合得好，它就是任务 A 的损失在 $\boldsymbol{\theta}^*$ 处的曲率：哪个方向的谷壁陡，哪根弹簧就硬。算完之后不再需要 A 的任何图片，
# 每个权重只要存两个数。代码照公式求和；`vmap` 一次求出每张图片、每个类别的梯度。

# %%
from torch.func import functional_call, grad, vmap


def fisher(model, pictures):
    theta = {name: p.detach() for name, p in model.named_parameters()}

    def log_probability(theta, picture, one_class):
        return functional_call(model, theta, (picture,)).log_softmax(dim=0) @ one_class

    slopes = vmap(vmap(grad(log_probability), (None, None, 0)), (None, 0, None))(theta, pictures, torch.eye(10))
    with torch.no_grad():
        probabilities = model(pictures).softmax(dim=1)  # (N, 10)
    return {name: torch.einsum("nk,nk...->...", probabilities, s.square()) / len(pictures) for name, s in slopes.items()}


def springs(model, pictures, strength):
    stiffness = fisher(model, pictures[:200])  # 200 pictures are enough for a mean
    star = {name: p.detach().clone() for name, p in model.named_parameters()}

    def penalty(learner):
        return strength / 2 * sum((stiffness[n] * (p - star[n]).square()).sum() for n, p in learner.named_parameters())

    return penalty


stiff = torch.cat([f.flatten() for f in fisher(first, x[:400]).values()]).sort(descending=True).values  # (4810,)
share = stiff[: len(stiff) // 10].sum().item() / stiff.sum().item()
print(f"Σ F: {share:.0%} / 10%")
assert share > 0.4

# %% [markdown] tags=["en"]
# A tenth of the weights holds most of the stiffness; the others may go where task B wants them.
#
# ## Five seeds, six ways {#comparison}
#
# The competitors: no remedy; **replay**, which mixes 50 kept pictures of A, each many times, half and half into the new
# ones; EWC with three strengths $\lambda$; and as a ceiling both tasks at once, which needs all the old data. Everything
# from a new start for each seed. The table: share of right answers on A, then on B.

# %% [markdown] tags=["zh"]
# 十分之一的权重占了大部分劲度，其余的尽可以去任务 B 想让它们去的地方。
#
# ## 五个种子，六种做法 {#comparison}
#
# 参赛的有：不补救；**重放**，即留下 A 的 50 张图片，反复使用，与新图片各半混在一起；三种强度 $\lambda$ 的 EWC；还有作为上限的两项任务一起学，这需要全部旧数据。
# 每个种子都从头来过。表中先是 A 的准确率，再是 B 的。

# %%
from course_lib.exercises import language_of_reader

words = {"en": ("no remedy", "replay of 50", "both at once"), "zh": ("不补救", "重放 50 张", "一起学")}
bare, replay, joint = words[language_of_reader()]
few_x, few_y = x[:50].repeat(24, 1), y[:50].repeat(24)  # (1200, 64): as many as the new ones
curves = {}  # name -> a curve on task A for each seed
results = {}  # name -> (accuracy on A, on B) for each seed
for seed in range(5):
    start = network(seed)
    fit(start, x, y, seed)
    ways = {bare: (side, y, None), replay: (torch.cat([side, few_x]), torch.cat([y, few_y]), None)}
    ways |= {f"EWC λ={strength}": (side, y, springs(start, x, strength)) for strength in (10, 100, 1000)}
    ways[joint] = torch.cat([x, side]), torch.cat([y, y]), None
    for name, (pictures, labels, penalty) in ways.items():
        learner = copy.deepcopy(start)
        curves.setdefault(name, []).append(fit(learner, pictures, labels, seed + 10, penalty, (x_test, y_test)))
        result = curves[name][-1][-1], accuracy(learner, side_test, y_test)
        results.setdefault(name, []).append(result)

results = {name: torch.tensor(of_seeds) for name, of_seeds in results.items()}  # (5, 2) each
for name, r in results.items():
    print(f"{r[:, 0].mean():.2f} ± {r[:, 0].std():.2f}   {r[:, 1].mean():.2f} ± {r[:, 1].std():.2f}   {name}")
old, new = ({name: r[:, task] for name, r in results.items()} for task in (0, 1))
assert old[bare].max() < 0.7 and old[replay].min() > 0.72 and old["EWC λ=100"].min() > 0.72
assert old["EWC λ=1000"].mean() > old["EWC λ=10"].mean() + 0.05 and new["EWC λ=1000"].mean() < new["EWC λ=10"].mean() - 0.05
assert results[joint].min() > 0.88

# %% [markdown] tags=["en"]
# The same in a picture, and what happens on the way there:
#
# <!-- block
# figure: lab-forgetting
# alt: >-
#   Left, share of right answers on task A against steps on task B: without remedy it falls to about 0.35 within 15 steps and
#   then stays around 0.5; with replay it dips to 0.8 and stays; with EWC of strength 100 it falls to 0.5 and is back above
#   0.9 after 100 steps. Right, one dot for
#   each seed, right answers on B against those on A: no remedy far left, replay at about 0.83 and 0.94, EWC on a slope
#   down from upper left to lower right as λ grows, both at once in the upper right corner.
# caption: >-
#   Left, task A while task B is learned; mean of five seeds, the bands from the worst to the best. Right, what was kept and
#   what was learned, one dot a seed.
# -->

# %% [markdown] tags=["zh"]
# 画成图，顺便看看途中发生了什么：
#
# <!-- block
# figure: lab-forgetting
# alt: >-
#   左图：学习任务 B 的过程中任务 A 的准确率。不补救时，15 步就降到 0.35 左右，之后在 0.5 上下；重放时降到 0.8 左右便停住；
#   强度 100 的 EWC 先降到 0.5，100 步之后回到 0.9 以上。右图：每个种子一个点，横轴是 A 的准确率，纵轴是 B 的。不补救的在最左边；
#   重放在 0.83、0.94 附近；EWC 随 λ 增大，从左上向右下滑；一起学的在右上角。
# caption: >-
#   左：学习任务 B 的过程中，任务 A 的准确率；五个种子的均值，色带从最差到最好。右：保住了多少、学到了多少，每个种子一个点。
# -->

# %%
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.3), layout="constrained")
for name, style in ((bare, "o-"), (replay, "s-"), ("EWC λ=100", "^-")):
    of_seeds = torch.tensor(curves[name])  # (5, 11)
    steps = range(0, 151, 15)
    left.plot(steps, of_seeds.mean(dim=0), style, markersize=4, label=name)
    left.fill_between(steps, of_seeds.amin(dim=0), of_seeds.amax(dim=0), alpha=0.2)
left.set(xlabel={"en": "steps on B", "zh": "学习 B 的步数"}[language_of_reader()], ylabel="A", ylim=(0, 1.02))
left.legend()
for (name, result), marker in zip(results.items(), "os^vDx", strict=True):
    right.plot(result[:, 0], result[:, 1], marker, markersize=5, label=name)
right.set(xlabel="A", ylabel="B", xlim=(0.25, 1.02), ylim=(0.6, 1.02))
right.legend(fontsize=9)
plt.show()
assert torch.tensor(curves[bare])[:, 4].max() < 0.75

# %% [markdown] tags=["en"]
# Every remedy has its price. Replay keeps old *data*, and 50 pictures already bring back most; what still lacks is the
# difference between 50 pictures and 1198. EWC keeps none. Its curve first falls, too: a spring
# pulls only once it is stretched, then it draws the weights back. But it also holds back the new task: with $\lambda$ the
# dots slide from learning to remembering, and the seeds spread widely, since each start has other weights that matter. Which
# is better? With strength 10, EWC comes out even with 50 pictures here; stronger, it remembers more and learns less. Where
# old data must not be kept, EWC is what is left.
#
# ## When it goes wrong {#when-it-goes-wrong}
#
# **EWC, and yet all is forgotten.** Divide the *classes* instead: first only 0 to 4, then only 5 to 9, as on the page. Beside
# EWC stands a cruder remedy, the same spring for every weight, $F_i = 1$.

# %% [markdown] tags=["zh"]
# 每种补救都有代价。重放要留下旧*数据*，50 张图片就已经挽回了大半；还差的那些，就是 50 张与 1198 张的差别。EWC 一张也不留。它的曲线起初也会下降，因为弹簧要拉长了才有力，之后才把权重拉回来；
# 可是弹簧也拖住了新任务：
# 随着 $\lambda$ 增大，那些点从“学得好”滑向“记得牢”；种子之间差别也大，因为每个起点要紧的权重各不相同。哪种更好？在这里，强度 10 的 EWC 与 50 张图片打成平手；
# 再强一些，记得更牢，学得更差。如果旧数据不准保留，就只剩下 EWC 这条路。
#
# ## 出错的时候 {#when-it-goes-wrong}
#
# **用了 EWC，还是全忘了。** 这次按*类别*来分：先只学 0 到 4，再只学 5 到 9，与页面上相同。与 EWC 并排的，是一种更粗糙的补救：所有权重都用同样的弹簧，$F_i = 1$。

# %%
low, low_test = y < 5, y_test < 5


def even(model, strength=0.1):
    star = {name: p.detach().clone() for name, p in model.named_parameters()}
    return lambda learner: strength / 2 * sum((p - star[n]).square().sum() for n, p in learner.named_parameters())


for seed in range(3):
    start = network(seed)
    fit(start, x[low], y[low], seed)
    kept = []
    for penalty in (None, springs(start, x[low], 100), springs(start, x[low], 1000), even(start)):
        learner = copy.deepcopy(start)
        fit(learner, x[~low], y[~low], seed + 10, penalty)
        kept.append(accuracy(learner, x_test[low_test], y_test[low_test]))
        learned = accuracy(learner, x_test[~low_test], y_test[~low_test])
        assert learned > 0.85
    stiffness = fisher(start, x[low][:400])["2.bias"]  # (10,): of the last layer's biases, one a digit
    print(" ".join(f"{k:.2f}" for k in kept), f"  F 0–4: {stiffness[:5].mean():.1e}, 5–9: {stiffness[5:].mean():.1e}")
    assert kept[0] < 0.05 and max(kept[1:3]) < 0.65 and kept[3] > max(kept[1:3])
    assert stiffness[5:].mean() < 0.01 * stiffness[:5].mean()

# %% [markdown] tags=["en"]
# Each line is a seed: the share of 0 to 4 still right without remedy, with EWC of strength 100 and 1000, with even springs.
# EWC saves little, and pulling harder does not help. The last columns say why. While only 0 to 4 exist, the network gives 5
# to 9 a probability of almost 0, whatever their weights are; so those weights "do not matter", and their springs have no
# stiffness at all. In task B they are free to lift the scores of 5 to 9 above everything, for old digits too. The even
# springs hold them and save more. EWC guards what the old answers depended on; it does not know that new answers will
# compete with them.

# %% [markdown] tags=["zh"]
# 每行是一个种子：0 到 4 还能认对的比例，依次是不补救、强度 100 和 1000 的 EWC、均匀的弹簧。EWC 没保住多少，拉得更紧也没用。最后两列说明了原因：
# 世上只有 0 到 4 的时候，不论 5 到 9 的权重是多少，网络给它们的概率都几乎是 0；于是这些权重“无关紧要”，弹簧一点劲度也没有。到了任务 B，它们可以随意把
# 5 到 9 的得分抬得比谁都高，看到旧数字时也一样。均匀的弹簧拉住了它们，保住的就多些。EWC 护住的是旧回答所依赖的东西；它不知道，新的回答会来与旧的竞争。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: where the spring comes to rest {#ex-rest .exercise data-difficulty="2"}
#
# One weight. Task B alone has the loss $\tfrac{1}{2} h\, (\theta - b)^2$: it wants $\theta = b$, with curvature $h$. EWC adds
# $\tfrac{1}{2} \lambda F\, (\theta - a)^2$. Write `rest(a, F, b, h, strength)`, the $\theta$ of the smallest sum; `strength`
# is $\lambda$.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：弹簧停在哪里 {#ex-rest .exercise data-difficulty="2"}
#
# 只有一个权重。任务 B 自己的损失是 $\tfrac{1}{2} h\, (\theta - b)^2$：它想要 $\theta = b$，曲率是 $h$。EWC 加上
# $\tfrac{1}{2} \lambda F\, (\theta - a)^2$。请写出 `rest(a, F, b, h, strength)`，给出使两者之和最小的 $\theta$；`strength` 就是 $\lambda$。


# %%
from course_lib import check


def rest(a, F, b, h, strength):
    return ...


check("catastrophic-forgetting/rest", rest)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     At the minimum the derivative is 0: the pull of the two springs is equal.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     在最小值处导数为 0：两根弹簧的拉力相等。

# %% tags=["solution"]
def rest(a, F, b, h, strength):
    return (h * b + strength * F * a) / (h + strength * F)


assert check("catastrophic-forgetting/rest", rest)

for stiffness in (0.0, 0.1, 1.0, 10.0):
    theta = torch.tensor(0.0, requires_grad=True)  # a = 0, b = 1, h = 1, λ = 1
    for _ in range(200):
        loss = 0.5 * (theta - 1) ** 2 + 0.5 * stiffness * theta**2
        theta = (theta - 0.15 * torch.autograd.grad(loss, theta)[0]).detach().requires_grad_()
    print(f"F = {stiffness:4}: θ = {theta.item():.3f}")
    assert abs(theta.item() - rest(0.0, stiffness, 1.0, 1.0, 1.0)) < 1e-3

# %% [markdown] tags=["en"]
# The weight comes to rest at a mean of what the two tasks want, weighted by how much each of them minds. For $F = 0$ it goes
# all the way to $b$: this is what happened to the outputs 5 to 9.
#
# ## What to change next {#next}
#
# - How does replay fare with 10, 100, 400 kept pictures? With which ones: the first, or the least certain?
# - Join the two: 10 kept pictures and weak springs.
# - A third task: digits upside down. Which springs must now be kept, and what becomes of tasks A and B?
# - A wider network, 256 ReLUs: does it forget less?
#
# ## Further reading {#further-reading}
#
# - Kirkpatrick et al. (2016), arXiv 1612.00796: elastic weight consolidation.

# %% [markdown] tags=["zh"]
# 权重停在两项任务的心愿之间，是一个加权平均，谁更在意，谁的权就大。$F = 0$ 时，它一路走到 $b$：输出 5 到 9 遇到的正是这种情形。
#
# ## 接下来可以改什么 {#next}
#
# - 留下 10、100、400 张图片时，重放的效果如何？留哪些好：最前面的，还是把握最小的？
# - 两种办法合起来：留 10 张图片，再加较弱的弹簧。
# - 第三项任务：倒置的数字。这时该保留哪些弹簧，任务 A 和 B 又会怎样？
# - 用更宽的网络，256 个 ReLU：会不会忘得少些？
#
# ## 延伸阅读 {#further-reading}
#
# - Kirkpatrick 等（2016），arXiv 1612.00796：弹性权重巩固。
