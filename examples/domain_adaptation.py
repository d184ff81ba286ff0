# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: domain adaptation"
#       description: A network for clean digits has to read digits on gravel without a label; standardising, aligning covariances
#         and adversarial features over three seeds, and a trap.
#     zh:
#       title: 实验：领域自适应
#       description: 学会认白纸数字的网络，要在没有标签的情况下认砾石上的数字：标准化、对齐协方差、对抗特征，用三个种子比较，再看一个陷阱。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: domain adaptation {#domain-adaptation}
#
# **In short.** A network learned digits on clean paper and has to read digits on gravel; of the new domain you have pictures
# but no labels. You try three remedies, from aligning two numbers a pixel to a game between two networks. The simplest wins,
# with a hundred pictures. Then you change nothing but *which digits* are among them, and it fails completely.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#domain), where domain adaptation is introduced, and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/domain_adaptation.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` and the package `scikit-image` too.

# %% [markdown] tags=["zh"]
# # 实验：领域自适应 {#domain-adaptation}
#
# **一句话概括。** 网络学会了认白纸上的数字，现在要认砾石上的；新领域只有图片，没有标签。你会试三种办法，从每个像素对齐两个数，到两个网络之间的博弈。
# 结果最简单的胜出，而且一百张图片就够。然后只改一样，就是图片里有*哪些数字*，它便彻底失灵。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#domain)里对领域自适应的介绍，以及[从曲线到网络](../deep/curves-to-networks.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/domain_adaptation.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`，另外再装 `scikit-image`。

# %% [markdown] tags=["en"]
# ## Two domains {#domains}
#
# The **source** domain: scanned digits, 64 pixels, with labels. The **target** domain is made on purpose, to know the truth:
# half of each pixel is digit, half a piece of a photograph of gravel. Its labels serve only to measure. `fit` trains a network
# and `accuracy` measures it, as on the page.

# %% [markdown] tags=["zh"]
# ## 两个领域 {#domains}
#
# **源领域**（source）是手写数字的扫描图，64 个像素，有标签。**目标领域**（target）是为了知道真相而特意造的：每个像素一半来自数字，一半来自砾石照片的小块。
# 它的标签只用来测量。与页面上一样，`fit` 负责训练，`accuracy` 负责测量。

# %%
import torch
from skimage import data
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, test = split(digits(), (2 / 3, 1 / 3), stratify=True)
x, y, x_test, y_test = learn.x / 16, learn.y, test.x / 16, test.y  # (1198, 64), (1198,), (599, 64), (599,)
photograph = F.avg_pool2d(torch.tensor(data.gravel() / 255, dtype=torch.float32)[None], 2)[0]  # (256, 256)
gravel = photograph.unfold(0, 8, 8).unfold(1, 8, 8).reshape(-1, 64)  # (1024, 64)


def on_gravel(pictures, seed):
    pieces = torch.randint(len(gravel), (len(pictures),), generator=torch.Generator().manual_seed(seed))
    return 0.5 * pictures + 0.5 * gravel[pieces]


def fit(pictures, labels, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        rows = torch.randint(len(pictures), (100,))
        loss = F.cross_entropy(model(pictures[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def accuracy(model, pictures, labels=y_test):
    with torch.no_grad():
        return (model(pictures).argmax(dim=1) == labels).float().mean().item()


targets = [on_gravel(x, seed) for seed in range(3)]  # to adapt with: pictures without labels
target_tests = [on_gravel(x_test, seed + 10) for seed in range(3)]  # to measure on
plain = [fit(x, y, seed) for seed in range(3)]
for model, pictures in zip(plain, target_tests, strict=True):
    print(f"{accuracy(model, x_test):.2f} → {accuracy(model, pictures):.2f}")
    assert accuracy(model, x_test) > 0.93 and accuracy(model, pictures) < 0.75

# %% [markdown] tags=["en"]
# ## Align statistics {#statistics}
#
# What labels do not tell, statistics may. Two remedies that need only averages over unlabelled pictures:
#
# - **Standardise** each pixel $i$ by the mean and the standard deviation of *its own* domain:
#   $x_i \mapsto (x_i - \mu_i) / (s_i + 0.1)$. The network learns on standardised sources and reads standardised targets.
# - **CORAL** (correlation alignment) goes on to how pixels vary *together*. With the covariances $\boldsymbol{C}_S$ and
#   $\boldsymbol{C}_T$ of the two domains, both (64, 64), it whitens the source, gives it the target's colours, and trains on that:
#
# $$
# \boldsymbol{x} \mapsto \boldsymbol{C}_T^{1/2}\, \boldsymbol{C}_S^{-1/2} (\boldsymbol{x} - \boldsymbol{\mu}_S) + \boldsymbol{\mu}_T .
# $$

# %% [markdown] tags=["zh"]
# ## 对齐统计量 {#statistics}
#
# 标签没有说的，统计量也许会说。有两种办法，只需要对没有标签的图片取平均：
#
# - **标准化**：每个像素 $i$ 用*它自己那个领域*的均值和标准差来换算：$x_i \mapsto (x_i - \mu_i) / (s_i + 0.1)$。
#   网络在标准化过的源图片上学，再去认标准化过的目标图片。
# - **CORAL**（相关对齐，correlation alignment）更进一步，还看像素怎样*一起*变化。记两个领域的协方差矩阵为 $\boldsymbol{C}_S$ 和 $\boldsymbol{C}_T$，
#   形状都是 (64, 64)；它先把源图片白化，再染上目标的颜色，然后用来训练：
#
# $$
# \boldsymbol{x} \mapsto \boldsymbol{C}_T^{1/2}\, \boldsymbol{C}_S^{-1/2} (\boldsymbol{x} - \boldsymbol{\mu}_S) + \boldsymbol{\mu}_T .
# $$

# %%
def standardised(pictures, domain):
    return (pictures - domain.mean(dim=0)) / (domain.std(dim=0) + 0.1)


def power(domain, exponent):
    """The covariance of a domain to a power; 0.05 on the diagonal, as some pixels never vary."""
    values, vectors = torch.linalg.eigh(torch.cov(domain.T) + 0.05 * torch.eye(64))
    return vectors * values**exponent @ vectors.T


def recoloured(source, target):
    return (source - source.mean(dim=0)) @ power(source, -0.5) @ power(target, 0.5) + target.mean(dim=0)


coloured = recoloured(x, targets[0])
before, after = ((torch.cov(p.T) - torch.cov(targets[0].T)).norm().item() for p in (x, coloured))
print(f"|C − C_T|: {before:.2f} → {after:.2f}")
assert after < 0.3 * before

# %% [markdown] tags=["en"]
# ## A game between two networks {#game}
#
# **DANN** (domain-adversarial neural network) learns features that do not show the domain. From the hidden layer
# $\boldsymbol{h}$ one head names the digit; a second one, the *critic*, guesses source or target. The critic learns to guess
# well. The features get the critic's gradient with its **sign reversed**, times $\lambda$: they learn to make it fail. What
# the critic cannot see any more is the same in both domains, and with luck the digit is still in it.

# %% [markdown] tags=["zh"]
# ## 两个网络的博弈 {#game}
#
# **DANN**（domain-adversarial neural network）学的是看不出领域的特征。隐藏层 $\boldsymbol{h}$ 之上，一个输出头说是哪个数字；另一个叫*评判者*，猜图片来自源还是目标。
# 评判者努力猜对。而特征收到的，是评判者的梯度**反号**之后再乘以 $\lambda$：它们要学会让评判者猜错。评判者看不出来的东西，两个领域里就是一样的；
# 运气好的话，数字还在里面。

# %%
class Reversed(torch.autograd.Function):
    @staticmethod
    def forward(context, h, strength):
        context.strength = strength
        return h.view_as(h)

    @staticmethod
    def backward(context, gradient):
        return -context.strength * gradient, None  # strength itself is not learned


h = torch.ones(3, requires_grad=True)
(2 * Reversed.apply(h, 0.5)).sum().backward()
print(h.grad.tolist())
assert h.grad.tolist() == [-1.0, -1.0, -1.0]


def dann(source, labels, target, seed, strength, steps=200):
    torch.manual_seed(seed)
    features, head = nn.Sequential(nn.Linear(64, 64), nn.ReLU()), nn.Linear(64, 10)
    critic = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    model = nn.Sequential(features, head)
    optimizer = torch.optim.Adam([*model.parameters(), *critic.parameters()], lr=0.005)
    is_source = torch.cat([torch.ones(100), torch.zeros(100)])
    for step in range(steps):
        rows, others = torch.randint(len(source), (100,)), torch.randint(len(target), (100,))
        h = features(torch.cat([source[rows], target[others]]))  # (200, 64)
        guess = critic(Reversed.apply(h, strength * min(1, 2 * step / steps)))[:, 0]  # the reversal grows slowly
        loss = F.cross_entropy(head(h[:100]), labels[rows]) + F.binary_cross_entropy_with_logits(guess, is_source)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model

# %% [markdown] tags=["en"]
# ## Three seeds, six ways {#comparison}
#
# Without adaptation, standardised, CORAL, DANN with two strengths $\lambda$, and as a yardstick a network that was given the
# target's labels. Each seed has its own gravel and its own start.

# %% [markdown] tags=["zh"]
# ## 三个种子，六种做法 {#comparison}
#
# 不适应、标准化、CORAL、两种强度 $\lambda$ 的 DANN，还有一把尺子：拿到了目标标签的网络。每个种子有自己的砾石和自己的初始参数。

# %%
from course_lib.exercises import language_of_reader

words = {"en": ("none", "standardised", "with labels"), "zh": ("不适应", "标准化", "有标签")}
none, by_pixel, labelled = words[language_of_reader()]
results = {}
for seed, (target, pictures) in enumerate(zip(targets, target_tests, strict=True)):
    standard = fit(standardised(x, x), y, seed)
    shares = {none: accuracy(plain[seed], pictures), by_pixel: accuracy(standard, standardised(pictures, target))}
    shares["CORAL"] = accuracy(fit(recoloured(x, target), y, seed), pictures)
    for strength in (0.3, 1):
        shares[f"DANN λ={strength}"] = accuracy(dann(x, y, target, seed, strength), pictures)
    shares[labelled] = accuracy(fit(target, y, seed), pictures)
    for name, share in shares.items():
        results.setdefault(name, []).append(share)
results = {name: torch.tensor(of_seeds) for name, of_seeds in results.items()}  # (3,) each
for name, r in results.items():
    print(f"{r.mean():.2f} ± {r.std():.2f}   {name}")
assert results[none].max() < 0.75 and results[by_pixel].min() > 0.83 and results["CORAL"].min() > 0.8
assert results["DANN λ=1"].mean() < results[by_pixel].min() - 0.05

# %% [markdown] tags=["en"]
# Standardising and CORAL reach what labels reach, without one. The game of DANN swings widely from seed to seed, is far behind and sometimes does harm: two
# networks that pull against each other are hard to balance, and nothing in the loss says when to stop, as that would take
# labels of the target. On large pictures, where no simple statistic describes the change, it earns its keep (Ganin et al.);
# here it does not. Try the simple thing first, and report the seeds.
#
# How many unlabelled pictures do the two simple ways need?
#
# <!-- block
# figure: lab-domain-pictures
# alt: >-
#   Share of right answers on gravel against the number of unlabelled target pictures, 5, 20, 100 and 1198, for standardising and
#   CORAL. Both start between 0.7 and 0.8 at 5, reach about 0.87 at 20 and 0.9 from 100 on. A dashed line at about 0.5 is
#   no adaptation.
# caption: >-
#   A few dozen pictures without labels are enough. Mean of three seeds, the bands from the worst to the best; dashed, no
#   adaptation.
# -->

# %% [markdown] tags=["zh"]
# 标准化和 CORAL 一个标签也不用，就达到了有标签的水平。DANN 的博弈因种子而大起大落，远远落后，有时反而有害：两个互相拉扯的网络很难平衡，损失里也没有什么能说明何时该停，
# 要知道这一点就得有目标领域的标签。在大图片上，没有哪个简单的统计量能描述领域的变化，那时它才值得用（Ganin 等）；在这里不值得。先试简单的办法，并且把各个种子都报出来。
#
# 那么，两种简单的办法需要多少张没有标签的图片？
#
# <!-- block
# figure: lab-domain-pictures
# alt: >-
#   横轴是没有标签的目标图片的张数 5、20、100、1198，纵轴是砾石上的准确率，比较标准化和 CORAL。两者在 5 张时都在 0.7 与 0.8 之间，
#   20 张时约为 0.87，从 100 张起约为 0.9。虚线约为 0.5，是不适应时的准确率。
# caption: >-
#   几十张没有标签的图片就够了。三个种子的均值，色带从最差到最好；虚线是不适应。
# -->

# %%
import matplotlib.pyplot as plt

sizes = (5, 20, 100, len(x))
standards = [fit(standardised(x, x), y, seed) for seed in range(3)]
few = {by_pixel: [], "CORAL": []}  # a row of three seeds for each size
for n in sizes:
    seen = [target[:n] for target in targets]
    rows = list(zip(seen, target_tests, standards, strict=True))
    few[by_pixel].append([accuracy(model, standardised(pictures, s)) for s, pictures, model in rows])
    few["CORAL"].append([accuracy(fit(recoloured(x, s), y, seed), p) for seed, (s, p, _) in enumerate(rows)])
figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for (name, table), style in zip(few.items(), ("o-", "s--"), strict=True):
    table = few[name] = torch.tensor(table)  # (4, 3)
    axes.plot(sizes, table.mean(dim=1), style, label=name)
    axes.fill_between(sizes, table.amin(dim=1), table.amax(dim=1), alpha=0.2)
unadapted = sum(accuracy(model, pictures) for model, pictures in zip(plain, target_tests, strict=True)) / 3
axes.axhline(unadapted, color="gray", linestyle="--", linewidth=1)
axes.set_xscale("log")
axes.set_xticks(sizes, sizes)
axes.minorticks_off()
axes.set(xlabel="n", ylabel={"en": "share right", "zh": "准确率"}[language_of_reader()], ylim=(0.3, 1))
axes.legend(loc="lower right")
plt.show()
assert all(table[2:].min() > 0.8 and table[0].mean() < table[3].mean() - 0.05 for table in few.values())

# %% [markdown] tags=["en"]
# ## When it goes wrong {#when-it-goes-wrong}
#
# **The new pictures hold other digits.** Say that the target is a day on which only ones come in. Compare its own statistics
# with those of a target of all digits, on the same pictures:

# %% [markdown] tags=["zh"]
# ## 出错的时候 {#when-it-goes-wrong}
#
# **新图片里的数字比例不同。** 假设目标领域是这样的一天：送来的全是 1。拿它自己的统计量，与含有所有数字的目标领域的统计量比较，测的是同样的图片：

# %%
one, one_test = y == 1, y_test == 1
for seed, (target, pictures) in enumerate(zip(targets, target_tests, strict=True)):
    network = fit(standardised(x, x), y, seed)
    own, all_digits = (
        accuracy(network, standardised(pictures[one_test], domain), y_test[one_test]) for domain in (target[one], target)
    )
    print(f"{own:.2f} {all_digits:.2f}")
    assert own < 0.4 and all_digits > 0.7

# %% [markdown] tags=["en"]
# Each line is a seed: right answers with the statistics of the ones alone, then with those of all digits. If every
# picture is a one, then the mean picture *is* a one, and subtracting it removes what there was to read. Aligning two
# domains takes for granted that they hold the same things in the same shares, and differ only in how these look.
# Whenever you adapt, ask whether the shares of the classes may have changed (*label shift*).

# %% [markdown] tags=["zh"]
# 每行是一个种子：先是只用 1 的统计量时的准确率，再是用所有数字的统计量时的。如果每张图片都是 1，平均图片*就是*一个 1，把它减掉，要认的东西也就没了。
# 对齐两个领域，等于默认它们所含的东西相同，比例也相同，只是样子不同。每次做自适应都要问一句：各类的比例会不会变了（*标签偏移*，label shift）？

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: what standardising undoes {#ex-undo .exercise data-difficulty="1"}
#
# A pixel has mean 0.4 and standard deviation 0.2 in the source. A pale scanner turns every $x$ into $0.5 x + 0.3$: that is the
# target. What are the mean and the standard deviation in the target, and what does a source value of 0.8 become there after
# standardising, $(x - \mu) / s$? A list of three numbers.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：标准化能抵消什么 {#ex-undo .exercise data-difficulty="1"}
#
# 某个像素在源领域的均值是 0.4，标准差是 0.2。一台颜色偏淡的扫描仪把每个 $x$ 都变成 $0.5 x + 0.3$，这就是目标领域。目标领域的均值和标准差各是多少？
# 源领域的值 0.8 到了那里，标准化 $(x - \mu) / s$ 之后是多少？用一个列表给出三个数。

# %%
from course_lib import check

numbers = ...

check("domain-adaptation/undo", numbers)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     A shift moves the mean and leaves the spread; a factor multiplies both.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     平移改变均值，不改变标准差；乘一个系数，两者都跟着变。

# %% tags=["solution"]
mu, s = 0.5 * 0.4 + 0.3, 0.5 * 0.2
numbers = [mu, s, (0.5 * 0.8 + 0.3 - mu) / s]
assert check("domain-adaptation/undo", numbers)

pale, pale_test = 0.5 * x + 0.3, 0.5 * x_test + 0.3
standard = fit(standardised(x, x), y, seed=0)
raw, undone = accuracy(plain[0], pale_test), accuracy(standard, standardised(pale_test, pale))
print(f"{raw:.2f} → {undone:.2f}")
assert undone > 0.9 and undone > raw + 0.05

# %% [markdown] tags=["en"]
# The value is 2, as it was in the source: $(0.8 - 0.4) / 0.2$. Standardising undoes every shift and every positive factor,
# pixel by pixel, and nothing else. This is why it does so well on gravel, which halves the contrast and adds a background;
# a digit that is moved or turned it would not help at all.
#
# ## What to change next {#next}
#
# - Move the digits of the target by one pixel. Which of the remedies still helps?
# - Give DANN standardised pictures. Does the game now improve on what it starts from?
# - Let the target be nine tenths ones, one tenth the rest. How much of the 0.1 and the 0.9 is left?
# - Label ten target pictures and train on them as well. How many labels is all this adapting worth?
#
# ## Further reading {#further-reading}
#
# - Ganin et al. (2015), arXiv 1505.07818: features that do not show the domain.
# - Sun, Feng, Saenko (2015), arXiv 1511.05547: CORAL.

# %% [markdown] tags=["zh"]
# 结果是 2，与源领域里的 $(0.8 - 0.4) / 0.2$ 相同。标准化逐个像素抵消任何平移、任何正的系数，此外什么也不管。所以它在砾石上表现这么好：
# 砾石只是把对比度减半，再加上背景；数字要是移了位、转了角度，它就一点也帮不上忙。
#
# ## 接下来可以改什么 {#next}
#
# - 把目标领域的数字移动一个像素。哪些办法还有用？
# - 给 DANN 喂标准化过的图片。这时博弈能比起点更好吗？
# - 让目标领域的图片九成是 1，其余占一成。陷阱还剩多少？
# - 给十张目标图片加上标签，一起训练。自适应抵得上多少个标签？
#
# ## 延伸阅读 {#further-reading}
#
# - Ganin 等（2015），arXiv 1505.07818：看不出领域的特征。
# - Sun、Feng、Saenko（2015），arXiv 1511.05547：CORAL。
