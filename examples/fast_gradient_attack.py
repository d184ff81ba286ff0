# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: a fast-gradient attack and its defence"
#       description: From the first-order formula to FGSM and PGD on real digits, adversarial training over five seeds, and
#         a defence that only looks like one.
#     zh:
#       title: 实验：快速梯度攻击及其防御
#       description: 从一阶近似公式出发，在真实的手写数字上做 FGSM 与 PGD 攻击，用五个种子比较对抗训练，再拆穿一种假防御。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: a fast-gradient attack and its defence {#fast-gradient-attack}
#
# **In short.** You derive the fast gradient sign method from one line of algebra, attack five networks with it, find with
# many small steps what one large step missed, and train networks that hold out better. At the end a "defence" scores 96 %
# against both attacks and protects nothing at all.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#attack), where the attack is introduced, and
# [gradient descent](../basics/gradient-descent.md). Everything runs in under a minute on one core, here, in the notebook,
# or as a script: `python examples/fast_gradient_attack.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：快速梯度攻击及其防御 {#fast-gradient-attack}
#
# **一句话概括。** 先用一行代数推出快速梯度符号法，拿它攻击五个网络；再用许多小步，找出一大步漏掉的攻击；然后训练出更能抵挡的网络。
# 最后出场的一种“防御”，面对两种攻击都有 96% 的准确率，其实什么也没防住。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#attack)里对这种攻击的介绍，以及[梯度下降](../basics/gradient-descent.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/fast_gradient_attack.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## Five networks {#networks}
#
# The data are the scanned digits of scikit-learn: $\boldsymbol{x} \in [0, 1]^{64}$, 8 × 8 pixels from paper (0) to ink (1),
# with the label $y$. The network gives ten scores from 64 ReLUs. Its training takes an `attack` that may change each batch
# first; for now there is none. Five seeds, five networks: one network could be lucky.

# %% [markdown] tags=["zh"]
# ## 五个网络 {#networks}
#
# 数据是 scikit-learn 自带的手写数字扫描图：$\boldsymbol{x} \in [0, 1]^{64}$，共 8 × 8 个像素，0 是白纸，1 是墨迹，标签是 $y$。
# 网络用 64 个 ReLU 给出十个得分。训练函数有一个参数 `attack`，可以先改动每一批图片；眼下还不用。五个种子训练出五个网络，免得把某一个的运气当成规律。

# %%
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, test = split(digits(), (2 / 3, 1 / 3), stratify=True)
x, y, x_test, y_test = learn.x / 16, learn.y, test.x / 16, test.y  # (1198, 64), (1198,), (599, 64), (599,)


def train(seed, attack=None, steps=200):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        rows = torch.randint(len(x), (100,))
        batch = attack(model, x[rows], y[rows]) if attack else x[rows]
        loss = F.cross_entropy(model(batch), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def accuracy(model, pictures):
    with torch.no_grad():
        return (model(pictures).argmax(dim=1) == y_test).float().mean().item()


plain = [train(seed) for seed in range(5)]
clean = [accuracy(model, x_test) for model in plain]
print(*(f"{share:.3f}" for share in clean))
assert min(clean) > 0.94

# %% [markdown] tags=["en"]
# ## From the formula to the attack {#formula}
#
# Change the input by a little, $\boldsymbol{\delta}$. To first order the loss changes by
#
# $$
# L(\boldsymbol{x} + \boldsymbol{\delta}) - L(\boldsymbol{x}) \approx \textstyle\sum_i \delta_i\, g_i,
# \quad g_i = \partial L / \partial x_i .
# $$
#
# No pixel may move by more than $\varepsilon$. Which $\boldsymbol{\delta}$ makes the sum largest? Each term has a
# $\delta_i$ of its own, so each can be chosen by itself: the largest step, in the direction of $g_i$. That is the fast
# gradient sign method (FGSM):
#
# $$
# \delta_i = \varepsilon \operatorname{sign}(g_i) .
# $$
#
# Then all terms are positive, and the formula promises a rise of ε Σ|g|. Hold it against what happens: the mean rise of the loss over the test pictures as the formula predicts it,
# as FGSM reaches it, and with signs drawn at random.

# %% [markdown] tags=["zh"]
# ## 从公式到攻击 {#formula}
#
# 把输入改动一点点，记作 $\boldsymbol{\delta}$。在一阶近似下，损失的变化是
#
# $$
# L(\boldsymbol{x} + \boldsymbol{\delta}) - L(\boldsymbol{x}) \approx \textstyle\sum_i \delta_i\, g_i,
# \quad g_i = \partial L / \partial x_i .
# $$
#
# 规定每个像素的改动不得超过 $\varepsilon$，怎样的 $\boldsymbol{\delta}$ 使这个和最大？每一项只含自己的 $\delta_i$，可以逐项选取：
# 步子取到最大，方向与 $g_i$ 相同。这就是快速梯度符号法（FGSM）：
#
# $$
# \delta_i = \varepsilon \operatorname{sign}(g_i) .
# $$
#
# 这样每一项都是正的，公式预测损失增加 ε Σ|g|。说得对不对，量一量便知：在测试图片上求损失的平均增量，依次是公式的预测、FGSM 实际达到的值，以及符号随机时的值。

# %%
def slope(model, pictures, labels):
    pictures = pictures.clone().requires_grad_()
    loss = F.cross_entropy(model(pictures), labels, reduction="sum")  # each picture's gradient is that of its own loss
    return torch.autograd.grad(loss, pictures)[0]  # (N, 64)


def mean_loss(model, pictures):
    with torch.no_grad():
        return F.cross_entropy(model(pictures), y_test).item()


model = plain[0]
g = slope(model, x_test, y_test)
signs = torch.randn(g.shape, generator=torch.Generator().manual_seed(0)).sign()
before = mean_loss(model, x_test)
rises = {}
print("    ε  ε Σ|g|    FGSM     ±ε")
for epsilon in (0.001, 0.01, 0.05, 0.15):
    promised = epsilon * g.abs().sum(dim=1).mean().item()
    reached, by_chance = (mean_loss(model, x_test + epsilon * s) - before for s in (g.sign(), signs))
    rises[epsilon] = promised, reached, by_chance
    print(f"{epsilon:5}  {promised:6.3f}  {reached:6.3f}  {by_chance:5.2f}")
assert 0.9 < rises[0.001][1] / rises[0.001][0] < 1.15
assert rises[0.15][1] > 4 * rises[0.15][0] and abs(rises[0.15][2]) < 0.1 * rises[0.15][1]

# %% [markdown] tags=["en"]
# For a tiny ε the formula is almost exact. For ε = 0.15 reality is about ten times *worse* than the
# promise. On most pictures the network is very sure, and where softmax is sure the slope is almost flat; a few steps
# further the answer tips over, and from there the loss rises steeply. Random signs of the same size do next to nothing.
#
# The attack as a function, and what it makes of three pictures. Pixels stay between 0 and 1.
#
# <!-- block
# figure: lab-attack-pictures
# alt: >-
#   Three rows of three small pictures. Left, a test digit with the right answer; middle, a chequered pattern of black,
#   white and grey pixels, the signs; right, the digit with faint grey pixels around it and a wrong answer.
# caption: >-
#   Left, a digit and the network's answer ŷ; middle, the signs (white is minus); right, the sum
#   with ε = 0.15, cut off at 0 and 1, and the new answer.
# -->

# %% [markdown] tags=["zh"]
# ε 极小时，公式几乎分毫不差。到了 ε = 0.15，实际情况却比公式预测的还要*糟*大约十倍。原因在于：多数图片网络都很有把握，而 softmax
# 有把握的地方，坡度几乎是平的；再往前走几步，答案一翻转，损失就陡然上升。同样大小而符号随机的改动，则几乎不起作用。
#
# 下面把攻击写成函数，看看它把三张图片变成什么样。像素值始终保持在 0 与 1 之间。
#
# <!-- block
# figure: lab-attack-pictures
# alt: >-
#   三行三列小图。左列是测试数字和正确的回答；中列是黑、白、灰像素交错的图案，即符号；右列是周围多了浅灰像素的数字，回答是错的。
# caption: >-
#   左：数字与网络的回答 ŷ；中：符号（白色为负）；右：取 ε = 0.15 相加，
#   超出 0 与 1 的部分截掉，以及新的回答。
# -->

# %%
import matplotlib.pyplot as plt


def fgsm(model, pictures, labels, epsilon=0.15):
    return (pictures + epsilon * slope(model, pictures, labels).sign()).clamp(0, 1)


attacked = fgsm(model, x_test, y_test)
with torch.no_grad():
    answers, new_answers = model(x_test).argmax(dim=1), model(attacked).argmax(dim=1)

figure, axes = plt.subplots(3, 3, figsize=(4.2, 4.6), layout="constrained")
for row, (number, left, right) in enumerate(zip(range(3), answers.tolist(), new_answers.tolist(), strict=False)):
    shown = (x_test[number], f"ŷ = {left}", 0), (g[number].sign(), "sign(g)", -1), (attacked[number], f"ŷ = {right}", 0)
    for panel, (picture, title, low) in zip(axes[row], shown, strict=True):
        panel.imshow(picture.reshape(8, 8).numpy(), cmap="gray_r", vmin=low, vmax=1)
        panel.set(xticks=[], yticks=[], title=title)
plt.show()
assert (attacked - x_test).abs().max() < 0.15 + 1e-6 and attacked.min() >= 0 and attacked.max() <= 1

# %% [markdown] tags=["en"]
# ## Many small steps {#pgd}
#
# FGSM trusts one gradient all the way, but the table above shows that the slope changes on the way. So go in small steps
# and look again at each. After each step, *project* back into what is allowed: no pixel farther than $\varepsilon$ from
# where it began, none below 0 or above 1. This is **projected gradient descent** (PGD; here it climbs):
#
# $$
# \boldsymbol{x} \leftarrow \Pi\big( \boldsymbol{x} + \alpha \operatorname{sign}(\boldsymbol{g}) \big) .
# $$
#
# $\Pi$ is the projection, $\alpha$ the size of a step, and the gradient $\boldsymbol{g}$ is computed anew each time. Ten steps of $\alpha = \varepsilon / 4$ can reach every corner and still turn round.

# %% [markdown] tags=["zh"]
# ## 许多小步 {#pgd}
#
# FGSM 从头到尾只信一次梯度，可上面的表说明，坡度一路都在变。那就分成小步走，每走一步重新看一次梯度；走完再*投影*回允许的范围：每个像素离起点不超过
# $\varepsilon$，也不小于 0、不大于 1。这就是**投影梯度下降**（projected gradient descent，PGD），只不过这里是往上爬：
#
# $$
# \boldsymbol{x} \leftarrow \Pi\big( \boldsymbol{x} + \alpha \operatorname{sign}(\boldsymbol{g}) \big) .
# $$
#
# 其中 $\Pi$ 是投影，$\alpha$ 是步长，梯度 $\boldsymbol{g}$ 每一步都重新计算。取 $\alpha = \varepsilon / 4$ 走十步，
# 任何一个角都走得到，还有余地掉头。

# %%
def pgd(model, pictures, labels, epsilon=0.15, steps=10):
    moved = pictures
    for _ in range(steps):
        moved = moved + 2.5 * epsilon / steps * slope(model, moved, labels).sign()
        moved = (pictures + (moved - pictures).clamp(-epsilon, epsilon)).clamp(0, 1)
    return moved


one_step = [accuracy(model, fgsm(model, x_test, y_test)) for model in plain]
ten_steps = [accuracy(model, pgd(model, x_test, y_test)) for model in plain]
print("FGSM", *(f"{share:.3f}" for share in one_step))
print("PGD ", *(f"{share:.3f}" for share in ten_steps))
assert max(one_step) < 0.25 and all(ten < one for ten, one in zip(ten_steps, one_step, strict=True))

# %% [markdown] tags=["en"]
# ## The defence {#defence}
#
# **Adversarial training** puts the attack into the loss. Not the loss of the pictures is made small, but the loss of the
# worst pictures nearby:
#
# $$
# \min_{\boldsymbol{\theta}}\; \textstyle\sum_n\; \max_{\lvert \delta_i \rvert \le \varepsilon}\;
# L(\boldsymbol{x}_n + \boldsymbol{\delta},\, y_n) .
# $$
#
# Nobody can compute the inner maximum; an attack is a guess at it. We train with each of the two guesses, PGD in three
# steps to save time, again with five seeds. The table says, for each training, the mean share of right answers and the
# standard deviation over the seeds: on clean pictures, after FGSM, after PGD.

# %% [markdown] tags=["zh"]
# ## 防御 {#defence}
#
# **对抗训练**把攻击放进损失里：要减小的不是图片本身的损失，而是图片附近最坏情形的损失：
#
# $$
# \min_{\boldsymbol{\theta}}\; \textstyle\sum_n\; \max_{\lvert \delta_i \rvert \le \varepsilon}\;
# L(\boldsymbol{x}_n + \boldsymbol{\delta},\, y_n) .
# $$
#
# 里层的最大值谁也算不出来，攻击只是对它的一种估计。我们用两种估计各训练一遍，其中 PGD 为省时间只走三步，同样用五个种子。
# 表中每行是一种训练，依次给出在原图上、FGSM 之后、PGD 之后的准确率：五个种子的均值与标准差。

# %%
from course_lib.exercises import language_of_reader

no_attack = {"en": "no attack", "zh": "不攻击"}[language_of_reader()]


def spread(values):
    values = torch.tensor(values)
    return f"{values.mean():.2f} ± {values.std():.2f}"


trained = {no_attack: plain, "FGSM": [train(seed, fgsm) for seed in range(5)]}
trained["PGD"] = [train(seed, lambda *batch: pgd(*batch, steps=3)) for seed in range(5)]
table = {}
for name, models in trained.items():
    unharmed = [accuracy(model, x_test) for model in models]
    table[name] = [unharmed] + [[accuracy(m, attack(m, x_test, y_test)) for m in models] for attack in (fgsm, pgd)]
    print("   ".join(spread(shares) for shares in table[name]), " ", name)

assert min(table["FGSM"][0]) > 0.92 and min(table["PGD"][0]) > 0.9
assert min(table["FGSM"][2]) > max(table[no_attack][2]) + 0.3 and min(table["PGD"][2]) > max(table[no_attack][2]) + 0.3
assert sum(table["FGSM"][1]) > sum(table["FGSM"][2]) + 0.1

# %% [markdown] tags=["en"]
# Read the rows from left to right. Both defended networks are about a point worse on clean pictures: that is the price.
# Those trained with FGSM look about five points better under FGSM than under PGD: *a defence is only as good as the
# strongest attack that it was tried with*. Which of the two trainings is better under PGD? Compare the difference with
# the spread over seeds: here they are too close to tell. On larger pictures, where FGSM is a poorer guess at the maximum,
# PGD training wins clearly (Madry et al.).
#
# And beyond the ε of the training? The picture shows the share of right answers under PGD as ε grows; the bands reach from the worst seed to the best.
#
# <!-- block
# figure: lab-attack-strength
# alt: >-
#   Share of right answers against ε from 0 to 0.3 under PGD, for three trainings. Without attack in training the curve
#   falls from 0.97 to below 0.1 at 0.15; with FGSM or PGD in training the two curves lie on each other, fall
#   more slowly, to about 0.6 at 0.15, and end below 0.2 at 0.3.
# caption: >-
#   The defended networks fall later, not never. The dashed line is the ε of their training.
# -->

# %% [markdown] tags=["zh"]
# 从左往右读每一行。两种防御过的网络，在原图上都差一个百分点左右，这是代价。用 FGSM 训练的网络，面对 FGSM 比面对 PGD 大约好五个百分点：
# *一种防御有多好，取决于试过的最强攻击*。那么在 PGD 之下，哪种训练更好？拿两者的差与种子之间的标准差比一比：这里太接近，分不出高下。
# 在更大的图片上，FGSM 对最大值的估计更差，用 PGD 训练才会明显胜出（Madry 等）。
#
# 超出训练时的 ε 又如何？下图是 ε 逐渐增大时 PGD 之下的准确率，色带从最差的种子到最好的种子。
#
# <!-- block
# figure: lab-attack-strength
# alt: >-
#   三种训练在 PGD 之下的准确率，横轴是 ε，从 0 到 0.3。训练时不攻击的，从 0.97 降到 0.15 处的不足 0.1；
#   训练时用 FGSM 或 PGD 的，两条曲线重合，降得慢些，0.15 处约为 0.6，到 0.3 处已不足 0.2。
# caption: >-
#   防御过的网络只是倒得晚一些，并非不倒。虚线是它们训练时的 ε。
# -->

# %%
strengths = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
ends = {}
for (name, models), style in zip(trained.items(), ("o-", "s-", "x--"), strict=True):
    shares = torch.tensor([[accuracy(m, pgd(m, x_test, y_test, e)) for m in models] for e in strengths])  # (7, 5)
    axes.plot(strengths, shares.mean(dim=1), style, label=name)
    axes.fill_between(strengths, shares.amin(dim=1), shares.amax(dim=1), alpha=0.25)
    ends[name] = shares[-1].max().item()
axes.axvline(0.15, color="gray", linestyle="--", linewidth=1)
axes.set(xlabel="ε", ylabel={"en": "share right", "zh": "准确率"}[language_of_reader()], ylim=(0, 1))
axes.legend()
plt.show()
assert max(ends.values()) < 0.35

# %% [markdown] tags=["en"]
# ## When it goes wrong {#when-it-goes-wrong}
#
# **The defence breaks the attack, not the weakness.** Multiply all scores by 1000. The largest score stays the largest, so
# not one answer changes, for any picture. Yet both attacks suddenly fail:

# %% [markdown] tags=["zh"]
# ## 出错的时候 {#when-it-goes-wrong}
#
# **防御弄坏的是攻击，不是弱点。** 把所有得分都乘以 1000。最大的得分仍然最大，所以无论什么图片，回答一个也不会变。可是两种攻击突然都失灵了：

# %%
victim = plain[0]


def guarded(pictures):
    return 1000 * victim(pictures)


apparent = [accuracy(guarded, attack(guarded, x_test, y_test)) for attack in (fgsm, pgd)]
flat = (slope(guarded, x_test, y_test) == 0).all(dim=1).float().mean().item()
real = accuracy(guarded, pgd(victim, x_test, y_test))  # the signs from the network without the factor
print(f"FGSM {apparent[0]:.2f}, PGD {apparent[1]:.2f}; g = 0: {flat:.2f}; 1000 → 1: {real:.2f}")
assert min(apparent) > 0.93 and flat > 0.93 and real < 0.2

# %% [markdown] tags=["en"]
# With scores that large softmax is exactly 1 in floating-point numbers, the loss exactly 0, and so is its gradient, for
# nearly every picture: the attacker sees a plain without a slope. The pictures made against the network without the factor
# fool it as before. This is called *gradient masking*, and many published defences turned out to be no more than that.
# Signs of it: one-step attacks that beat many-step ones, a large ε that does not bring the accuracy down, and
# gradients that are 0. Look at `g` before you believe in a defence.

# %% [markdown] tags=["zh"]
# 得分这么大时，softmax 在浮点数里恰好等于 1，损失恰好是 0，几乎每张图片的梯度也是 0：攻击者眼前是一片平地，看不到坡。可是针对没乘 1000 的网络造出的图片，照样骗得过它。
# 这叫*梯度掩蔽*（gradient masking），许多发表过的防御后来查明不过如此。它有几种迹象：一步的攻击反而胜过多步的；ε 很大，准确率却不下降；
# 梯度等于 0。相信一种防御之前，先看看 `g`。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: how far to the border {#ex-border .exercise data-difficulty="2"}
#
# A linear classifier of two classes has one score, $z = \boldsymbol{w}^\top \boldsymbol{x} + b$, and answers by its sign.
# For it the first-order formula is exact. Write `border(w, b, x)`: for each row of `x`, shape (N, 64), the smallest
# ε with which FGSM brings the score to 0, when no pixel is cut off at 0 and 1.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：离边界多远 {#ex-border .exercise data-difficulty="2"}
#
# 两类的线性分类器只有一个得分 $z = \boldsymbol{w}^\top \boldsymbol{x} + b$，按正负号回答。对它来说，一阶公式是精确的。
# 请写出 `border(w, b, x)`：`x` 的形状是 (N, 64)，对每一行给出 FGSM 使得分变成 0 所需的最小 ε，像素不在 0 与 1 处截断。


# %%
from course_lib import check


def border(w, b, x):
    return ...


check("fast-gradient-attack/border", border)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     FGSM with ε changes the score by ε Σ|w|. How large is the change that is needed?

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     强度为 ε 的 FGSM 使得分改变 ε Σ|w|。而需要的改变有多大？

# %% tags=["solution"]
def border(w, b, x):
    return (x @ w + b).abs() / w.abs().sum()


assert check("fast-gradient-attack/border", border)

pair = (y == 3) | (y == 8)  # a linear classifier that tells 3 from 8
torch.manual_seed(0)
linear = nn.Linear(64, 1)
optimizer = torch.optim.Adam(linear.parameters(), lr=0.05)
for _ in range(200):
    loss = F.binary_cross_entropy_with_logits(linear(x[pair])[:, 0], (y[pair] == 8).float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
w, b = linear.weight[0].detach(), linear.bias.item()
near = border(w, b, x[pair])
sign = (x[pair] @ w + b).sign()[:, None]
crossed = [((x[pair] - far * near[:, None] * sign * w.sign()) @ w + b).sign() != sign[:, 0] for far in (0.99, 1.01)]
print(f"ε = {near.median():.2f}; 0.99 ε: {crossed[0].float().mean():.2f}, 1.01 ε: {crossed[1].float().mean():.2f}")
assert near.median() < 0.1 and not crossed[0].any() and crossed[1].all()

# %% [markdown] tags=["en"]
# So it is not the depth of a network that makes it fall: a *linear* classifier of 64 pixels is turned around by moving
# every pixel less than a tenth of the way between paper and ink, for half of the pictures. The sum Σ|w| is what does it, and it grows with
# the number of pixels.
#
# ## What to change next {#next}
#
# - Start PGD at a random place inside the box of ε instead of at the picture. Does it find more?
# - Attack towards a target: go *down* the loss of a wrong label that you choose. Which digits become which most easily?
# - Train with twice the ε. What becomes of the price on clean pictures?
# - Make the pictures against `plain[0]` and show them to `plain[1]`: see
#   [the exercise on the page](../intro/advanced-topics.md#ex-transfer).
#
# ## Further reading {#further-reading}
#
# - Goodfellow, Shlens, Szegedy (2014), arXiv 1412.6572: FGSM, adversarial training, and why linear models fall too.
# - Madry et al. (2017), arXiv 1706.06083: the min-max loss and PGD.
# - Athalye, Carlini, Wagner (2018), arXiv 1802.00420: defences that only mask gradients.

# %% [markdown] tags=["zh"]
# 可见网络会上当，并不是因为它深：看 64 个像素的*线性*分类器，有一半图片只要让每个像素挪动不到黑白之差的十分之一，就会答反。起作用的是 Σ|w|，
# 像素越多，这个和越大。
#
# ## 接下来可以改什么 {#next}
#
# - PGD 不从原图出发，而从 ε 范围内的随机位置出发。能找到更多吗？
# - 有目标的攻击：选定一个错误的标签，沿着它的损失*往下*走。哪个数字最容易变成哪个？
# - 训练时把 ε 加倍。在原图上的代价会怎样？
# - 针对 `plain[0]` 造出图片，拿给 `plain[1]` 看：见[页面上的练习](../intro/advanced-topics.md#ex-transfer)。
#
# ## 延伸阅读 {#further-reading}
#
# - Goodfellow、Shlens、Szegedy（2014），arXiv 1412.6572：FGSM、对抗训练，以及线性模型为什么也会上当。
# - Madry 等（2017），arXiv 1706.06083：最小化最坏情形的损失，以及 PGD。
# - Athalye、Carlini、Wagner（2018），arXiv 1802.00420：只是掩蔽了梯度的防御。
