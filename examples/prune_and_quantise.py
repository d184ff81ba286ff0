# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: prune and quantise a network"
#       description: Magnitude pruning with and without more training, lottery tickets, and weights of 8 to 2 bits, measured in
#         accuracy and in bytes over several seeds.
#     zh:
#       title: 实验：给网络剪枝和量化
#       description: 按大小剪枝，剪后再训练或不训练，彩票假设，以及 8 位到 2 位的权重：用多个种子量出准确率和字节数。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: prune and quantise a network {#prune-and-quantise}
#
# **In short.** You throw away the smallest weights of a trained network, mend the damage with a little more training, and
# keep the accuracy with a fifth of the weights. You store what is left in 4-bit integers and count the bytes: less than a
# tenth. Then a single weight, which changes no answer, brings the method down.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#compression), where both methods are introduced, and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/prune_and_quantise.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：给网络剪枝和量化 {#prune-and-quantise}
#
# **一句话概括。** 把训练好的网络里最小的权重扔掉，再训练一小会儿，补回损失，只用五分之一的权重就保住了准确率。剩下的存成 4 位整数，数一数字节：
# 不到原来的十分之一。最后，一个不影响任何回答的权重，就让这套办法垮掉。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#compression)里对这两种方法的介绍，以及[从曲线到网络](../deep/curves-to-networks.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/prune_and_quantise.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## The network {#network}
#
# Scanned digits of 64 pixels, one hidden layer of 64 ReLUs, ten scores: $64 \cdot 64 + 64 \cdot 10 = 4736$ weights. The few
# biases stay as they are. `fit` takes `masks`, one for each matrix: where the mask is 0, the weight is set back to 0 after
# every step. Three seeds, and the start of each is kept for later.

# %% [markdown] tags=["zh"]
# ## 网络 {#network}
#
# 手写数字的扫描图，64 个像素；一个隐藏层，64 个 ReLU；十个得分。权重一共有 $64 \cdot 64 + 64 \cdot 10 = 4736$ 个，偏置很少，保持原样。
# `fit` 有一个参数 `masks`（掩码），每个矩阵一张：掩码为 0 的地方，每走一步都把权重重新设为 0。一共三个种子，各自的初始参数留着，后面要用。

# %%
import copy

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, test = split(digits(), (2 / 3, 1 / 3), stratify=True)
x, y, x_test, y_test = learn.x / 16, learn.y, test.x / 16, test.y  # (1198, 64), (1198,), (599, 64), (599,)


def weights(model):
    return model[0].weight.data, model[2].weight.data  # (64, 64), (10, 64)


def fit(model, steps, seed, masks=None, lr=0.01):
    torch.manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        rows = torch.randint(len(x), (100,))
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for w, mask in zip(weights(model), masks or (), strict=False):
            w *= mask
    return model


def accuracy(model):
    with torch.no_grad():
        return (model(x_test).argmax(dim=1) == y_test).float().mean().item()


starts, models = [], []
for seed in range(3):
    torch.manual_seed(seed)
    starts.append(nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)))
    models.append(fit(copy.deepcopy(starts[-1]), 200, seed))
dense = [accuracy(model) for model in models]
print(*(f"{share:.3f}" for share in dense))
assert min(dense) > 0.94

# %% [markdown] tags=["en"]
# ## Prune {#prune}
#
# **Magnitude pruning** keeps the share $p$ of each matrix that is largest in size: with the threshold $\tau$ below which a
# share $1 - p$ of all $\lvert w \rvert$ lies, the mask $m$ is 1 where $\lvert w \rvert \ge \tau$ and 0 elsewhere, and every
# weight becomes $m\, w$.
#
# Four ways to go on from there, for each $p$ and each seed:
#
# - `w` – the pruned network as it is;
# - `w + fit` – 100 more steps, in which only the kept weights move;
# - `m(random) + fit` – the same, but the weights to keep were drawn by lot: does the *choice* matter?
# - `m · w(0) + fit` – the chosen weights go back to their values *before* all training and are trained from there. That a
#   small network, well started, learns as well as the large one it sits in is the **lottery ticket hypothesis**.

# %% [markdown] tags=["zh"]
# ## 剪枝 {#prune}
#
# **按大小剪枝**（magnitude pruning）保留每个矩阵里绝对值最大的一部分，所占比例为 $p$。阈值 $\tau$ 取成：所有 $\lvert w \rvert$ 中有 $1 - p$ 的比例低于它。
# 掩码 $m$ 在 $\lvert w \rvert \ge \tau$ 处是 1，别处是 0；每个权重变成 $m\, w$。
#
# 接下来有四种走法，对每个 $p$、每个种子都试一遍：
#
# - `w`：剪完就用；
# - `w + fit`：再训练 100 步，只有留下的权重可以动；
# - `m(random) + fit`：同上，但留下哪些权重由抽签决定，看看*挑选*有没有用；
# - `m · w(0) + fit`：选中的权重回到*一切训练之前*的值，从那里开始训练。大网络里藏着一个开局好的小网络，学得和大网络一样好，
#   这就是**彩票假设**（lottery ticket hypothesis）。

# %%
def largest(model, p):
    return [w.abs() >= w.abs().quantile(1 - p) for w in weights(model)]


def masked(model, masks):
    model = copy.deepcopy(model)
    for w, mask in zip(weights(model), masks, strict=True):
        w *= mask
    return model


shares = (0.5, 0.2, 0.1, 0.05)
ways = {name: [] for name in ("w", "w + fit", "m(random) + fit", "m · w(0) + fit")}  # (shares, seeds) each
for p in shares:
    rows = {name: [] for name in ways}
    for seed, (start, model) in enumerate(zip(starts, models, strict=True)):
        masks = largest(model, p)
        lots = [torch.rand(m.shape, generator=torch.Generator().manual_seed(seed)) < p for m in masks]
        rows["w"].append(accuracy(masked(model, masks)))
        rows["w + fit"].append(accuracy(fit(masked(model, masks), 100, seed, masks)))
        rows["m(random) + fit"].append(accuracy(fit(masked(model, lots), 100, seed, lots)))
        rows["m · w(0) + fit"].append(accuracy(fit(masked(start, masks), 200, seed, masks)))
    for name, accuracies in rows.items():
        ways[name].append(accuracies)
ways = {name: torch.tensor(table) for name, table in ways.items()}

print("p = " + "".join(f"{p:<14}" for p in shares))
for name, table in ways.items():
    print("  ".join(f"{row.mean():.2f} ± {row.std():.2f}" for row in table), " ", name)
shot, tuned, lots, ticket = ways.values()
assert tuned[1].min() > min(dense) - 0.04 and shot[1].max() < tuned[1].min() - 0.05
assert (tuned[2] > lots[2] + 0.1).all() and (ticket[2] > lots[2] + 0.1).all() and tuned[3].max() < 0.85

# %% [markdown] tags=["en"]
# The same in a picture, with the whole network at $p = 1$:
#
# <!-- block
# figure: lab-prune
# alt: >-
#   Share of right answers against the share p of weights kept, on a falling logarithmic scale from 1 to 0.05. Pruned only, the
#   curve falls from 0.96 to about 0.75 at 0.2 and below 0.3 at 0.05. With more training or from the first weights it stays near
#   0.95 until 0.2 and is above 0.9 at 0.1; with weights drawn by lot it is lower, about 0.7 at 0.1. At 0.05 all have fallen.
# caption: >-
#   A fifth of the weights is enough if they are the right fifth and may be trained again. Mean of three seeds, the bands from
#   the worst to the best.
# -->

# %% [markdown] tags=["zh"]
# 画成图，$p = 1$ 处是完整的网络：
#
# <!-- block
# figure: lab-prune
# alt: >-
#   横轴是保留的权重比例 p，对数刻度，从 1 减到 0.05；纵轴是准确率。只剪不练的，从 0.96 降到 0.2 处的约 0.75，0.05 处不足 0.3。
#   再训练的，以及从最初的权重开始训练的，到 0.2 为止都在 0.95 附近，0.1 处仍高于 0.9；抽签决定的低一些，0.1 处约为 0.7。到 0.05 都降了下来。
# caption: >-
#   五分之一的权重就够了，只要挑得对，并且可以再训练。三个种子的均值，色带从最差到最好。
# -->

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for (name, table), style in zip(ways.items(), ("o-", "s-", "x--", "^:"), strict=True):
    whole = torch.cat([torch.tensor([dense]), table])  # (5, 3): p = 1 first
    axes.plot((1.0, *shares), whole.mean(dim=1), style, label=name)
    axes.fill_between((1.0, *shares), whole.amin(dim=1), whole.amax(dim=1), alpha=0.2)
axes.set_xscale("log")
axes.set_xticks((1.0, *shares), ("1", *map(str, shares)))
axes.minorticks_off()
axes.invert_xaxis()
axes.set(xlabel="p", ylim=(0, 1.02))
axes.legend()
plt.show()

# %% [markdown] tags=["en"]
# At $p = 0.2$ pruning alone costs a fifth of the answers or so, and 100 steps of training bring nearly all of them back. The
# choice matters: at $p = 0.1$ weights drawn by lot are far behind, with the same training. And the
# ticket? From its first values the chosen tenth gets as far as the one pruned after training, about 0.93. At $p = 0.05$, 237
# weights, everything falls apart; there is no free lunch, only a cheaper one.
#
# ## Quantise {#quantise}
#
# A weight of 32 bits can be one of four billion numbers. With $b$ bits store an integer $q$ and one step $s$ for the whole
# matrix:
#
# $$
# s = \frac{\max \lvert w \rvert}{2^{b-1} - 1}, \qquad q = \operatorname{round}\!\left( \frac{w}{s} \right) .
# $$
#
# The network computes with $s\, q$ in place of $w$. No weight moves by more than $s / 2$. Or give every *row* a step of its own: a row belongs to one neuron, and a neuron
# with small weights should not pay for another's large ones. Both, without any training afterwards.

# %% [markdown] tags=["zh"]
# $p = 0.2$ 时，只剪不练大约丢掉五分之一的回答，再训练 100 步，几乎全都找了回来。挑选确实有用：$p = 0.1$ 时，抽签留下的权重经过同样的训练，仍远远落后。
# 彩票呢？选中的那十分之一从最初的值开始，能走到与训练后再剪一样远，约 0.93。到 $p = 0.05$，只剩 237 个权重，全都垮了；
# 天下没有免费的午餐，只有便宜些的。
#
# ## 量化 {#quantise}
#
# 32 位的权重，可以是四十多亿个数中的一个。若只用 $b$ 位，就存一个整数 $q$，整个矩阵再共用一个步长 $s$：
#
# $$
# s = \frac{\max \lvert w \rvert}{2^{b-1} - 1}, \qquad q = \operatorname{round}\!\left( \frac{w}{s} \right) .
# $$
#
# 网络用 $s\, q$ 代替 $w$ 来计算。任何权重的移动都不超过 $s / 2$。也可以让每一*行*各有自己的步长：一行属于一个神经元，权重小的神经元不该为别人的大权重买单。两种都试，之后都不再训练。

# %%
from course_lib.exercises import language_of_reader

by_matrix, by_row = {"en": ("s per matrix", "s per row"), "zh": ("每个矩阵一个 s", "每行一个 s")}[language_of_reader()]


def quantised(w, bits, per_row):
    highest = w.abs().amax(dim=1, keepdim=True) if per_row else w.abs().max()
    step = highest / (2 ** (bits - 1) - 1)
    return (w / step).round().to(torch.int8), step


def rounded(model, bits, per_row=False):
    model = copy.deepcopy(model)
    for w in weights(model):
        integers, step = quantised(w, bits, per_row)
        assert ((step * integers - w).abs() <= step / 2 + 1e-6).all()
        w.copy_(step * integers)
    return model


depths = (8, 6, 4, 3, 2)
table = {
    name: torch.tensor([[accuracy(rounded(model, b, per_row)) for model in models] for b in depths])
    for name, per_row in ((by_matrix, False), (by_row, True))
}
print("b = " + "".join(f"{b:<14}" for b in depths))
for name, rows in table.items():
    print("  ".join(f"{row.mean():.2f} ± {row.std():.2f}" for row in rows), " ", name)
assert table[by_matrix][2].min() > min(dense) - 0.03 and (table[by_row][4] > table[by_matrix][4]).all()

# %% [markdown] tags=["en"]
# Down to 4 bits nothing is lost that the spread over the seeds would not cover; at 2 bits only the values $-s$, 0 and $s$ are
# left, and a step for each row helps a great deal.
#
# ## Both, in bytes {#bytes}
#
# A promise of "an eighth of the size" should be weighed. `zlib` packs bytes so that frequent ones take less room, as a file
# format would. Weigh the 4736 weights: as 32-bit numbers; as integers of 8 and 4 bits; and pruned to a fifth, trained for 100
# steps, then made integers of 4 bits, a step for each row (4 bytes each, counted).

# %% [markdown] tags=["zh"]
# 一直到 4 位，损失都没有超出种子之间的差别；到了 2 位，只剩下 $-s$、0、$s$ 三个值，这时每行一个步长大有帮助。
#
# ## 合在一起，称一称字节 {#bytes}
#
# “只有八分之一大”这样的承诺，要称过才算数。`zlib` 能让常见的字节少占地方，文件格式也会这样做。来称这 4736 个权重：32 位的数；8 位和 4 位的整数；
# 以及先剪到五分之一，训练 100 步，再变成 4 位整数，每行一个步长（每个 4 字节，也计算在内）。

# %%
import zlib


def packed(model, bits=None):
    raw = b""
    for w in weights(model):
        if bits is None:
            raw += w.numpy().tobytes()
        else:
            integers, step = quantised(w, bits, per_row=True)
            raw += integers.numpy().tobytes() + step.numpy().tobytes()
    return len(zlib.compress(raw, 9))


sizes = []
for seed, model in enumerate(models):
    masks = largest(model, 0.2)
    small = fit(masked(model, masks), 100, seed, masks)
    line = [(packed(model), accuracy(model))] + [(packed(model, b), accuracy(rounded(model, b, True))) for b in (8, 4)]
    sizes.append([*line, (packed(small, 4), accuracy(rounded(small, 4, True)))])
sizes = torch.tensor(sizes)  # (3 seeds, 4 ways, 2)
for name, way in zip(("32 bit", "8 bit", "4 bit", "p = 0.2, 4 bit"), sizes.unbind(dim=1), strict=True):
    print(f"{way[:, 0].mean():6.0f} B   {way[:, 1].mean():.2f} ± {way[:, 1].std():.2f}   {name}")
assert (sizes[:, 3, 0] < 0.1 * sizes[:, 0, 0]).all() and (sizes[:, 3, 1] > sizes[:, 0, 1] - 0.05).all()

# %% [markdown] tags=["en"]
# The two methods multiply. Two things the bytes do not say: the network is not *faster* for its zeros unless the machine
# skips them, and these digits are easy, so there was much to throw away. On a hard task the curve bends earlier.
#
# ## When it goes wrong {#when-it-goes-wrong}
#
# **One weight spoils the scale.** The first pixel is paper in every picture, so its weights are never used and never
# trained. Set one of them to 20. Not an answer changes, in 32 bits.

# %% [markdown] tags=["zh"]
# 两种方法的效果可以相乘。有两点是字节数没有说的：零再多，机器若不跳过它们，网络也不会更*快*；而且这些数字很容易认，本来就有许多可扔。任务难了，曲线会更早拐下来。
#
# ## 出错的时候 {#when-it-goes-wrong}
#
# **一个权重毁掉整把尺子。** 第一个像素在每张图片里都是白纸，所以它的权重从不起作用，也从未受过训练。把其中一个设成 20。用 32 位时，一个回答也不变。

# %%
assert x[:, 0].max() == 0 and x_test[:, 0].max() == 0
for model in models:
    spoilt = copy.deepcopy(model)
    weights(spoilt)[0][0, 0] = 20.0
    shown = [accuracy(m) for m in (spoilt, rounded(spoilt, 6), rounded(spoilt, 4), rounded(spoilt, 4, per_row=True))]
    print(*(f"{share:.2f}" for share in shown))
    assert shown[0] == accuracy(model) and shown[2] < 0.3 and shown[3] > 0.9

# %% [markdown] tags=["en"]
# Each line is a seed: 32 bits, 6 and 4 bits with a step for the matrix, 4 bits with a step for each row. One weight
# stretches the step from about 0.13 to 20/7 = 2.9, and all others round to 0. With a step for each row the damage stays in one
# neuron. Large networks really have such outliers, in their activations above all; look at the maximum before you choose a
# step, or cut it off.

# %% [markdown] tags=["zh"]
# 每行是一个种子：32 位，整个矩阵一个步长时的 6 位和 4 位，每行一个步长时的 4 位。一个权重就把步长从大约 0.13 拉到 20/7 = 2.9，其余的全都舍入成 0。
# 每行一个步长，损害就只限于一个神经元。大网络里真有这样的离群值，尤其是在激活值里；选步长之前先看看最大值，或者把它截掉。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: room for the sum {#ex-accumulator .exercise data-difficulty="2"}
#
# With integer weights *and* integer inputs a neuron is a sum of integer products, which is where the speed comes from. Weights
# and inputs are between $-127$ and 127, and a neuron has 64 of each. How many bits does a signed integer need, its sign
# included, so that the sum fits in every case?

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：和要多大地方 {#ex-accumulator .exercise data-difficulty="2"}
#
# 如果权重*和*输入都是整数，一个神经元就是若干整数乘积之和，速度正是从这里来的。权重和输入都在 $-127$ 与 127 之间，一个神经元各有 64 个。
# 要让这个和在任何情况下都放得下，有符号整数需要多少位（包括符号位）？

# %%
from course_lib import check

bits = ...

check("prune-and-quantise/accumulator", bits)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     The largest sum is $64 \cdot 127 \cdot 127$. Between which powers of 2 does it lie?

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     最大的和是 $64 \cdot 127 \cdot 127$。它在 2 的哪两个幂之间？

# %% tags=["solution"]
bits = (64 * 127 * 127).bit_length() + 1
assert check("prune-and-quantise/accumulator", bits)

w = weights(models[0])[0]
integers, step = quantised(w, 8, per_row=False)
pixels = (x_test * 127).round().to(torch.int8)  # an input step of 1/127
sums = pixels.int() @ integers.int().T  # (599, 64), exact
narrow = sums.to(torch.int16)  # what a 16-bit register would hold: the rest is cut off
error = (sums * step / 127 - x_test @ w.T).abs().max().item()
print(f"{bits} bit; max |Σ| = {sums.abs().max()}; {error:.3f}; 16 bit ≠: {(narrow != sums).float().mean():.0%}")
assert error < 0.15 and sums.abs().max() < 2 ** (bits - 1) and (narrow != sums).float().mean() > 0.05

# %% [markdown] tags=["en"]
# So 8-bit arithmetic adds up in 32 bits and only then goes back to few. In 16 bits many of the sums would have
# overflowed in silence. The exact integer sums, times the two steps, are the real sums up to a small error.
#
# ## What to change next {#next}
#
# - Give the ticket's mask fresh random weights instead of its first ones. If they do as well, the mask was what won.
# - Prune in rounds: to a half, train, to a quarter, train, and so on. Does it beat one cut to the same $p$?
# - One threshold for both matrices together instead of one each: which layer is thinned out more?
# - Quantise *during* training: round in the forward pass, pass the gradient on as if nothing were rounded. How good do 2
#   bits become?
# - Prune whole neurons, rows of the first matrix: that makes the network faster on every machine. How many can go?
#
# ## Further reading {#further-reading}
#
# - Han, Pool, Tran, Dally (2015), arXiv 1506.02626: magnitude pruning, then training. Han, Mao, Dally (2015), arXiv
#   1510.00149: with quantisation and coding.
# - Frankle, Carbin (2018), arXiv 1803.03635: the lottery ticket hypothesis.
# - Jacob et al. (2017), arXiv 1712.05877: integer arithmetic for networks.

# %% [markdown] tags=["zh"]
# 所以 8 位的运算要在 32 位里累加，最后才回到少数几位。若只有 16 位，许多和会悄无声息地溢出。精确的整数和乘以两个步长，就是真正的和，只差一点点。
#
# ## 接下来可以改什么 {#next}
#
# - 彩票的掩码不变，最初的权重换成新的随机值。如果一样好，那么中奖的就只是掩码。
# - 分几轮剪：剪到一半，训练，剪到四分之一，再训练，依此类推。比一次剪到同样的 $p$ 好吗？
# - 两个矩阵共用一个阈值，而不是各用各的：哪一层剪得更狠？
# - 在训练*之中*量化：前向传播时取整，梯度则照没有取整那样往回传。2 位能好到什么程度？
# - 剪掉整个神经元，即第一个矩阵的整行：这样在任何机器上都会更快。能剪掉多少个？
#
# ## 延伸阅读 {#further-reading}
#
# - Han、Pool、Tran、Dally（2015），arXiv 1506.02626：按大小剪枝，然后训练。Han、Mao、Dally（2015），arXiv 1510.00149：再加上量化与编码。
# - Frankle、Carbin（2018），arXiv 1803.03635：彩票假设。
# - Jacob 等（2017），arXiv 1712.05877：用整数运算的网络。
