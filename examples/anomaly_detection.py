# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: anomaly detection"
#       description: Four anomaly scores against gravel and against a digit that was never shown, for each of the ten digits, and
#         the way from a score to an alarm.
#     zh:
#       title: 实验：异常检测
#       description: 用四种异常得分去认砾石，以及训练时从未出现过的那个数字，十个数字轮流来；再看从得分到警报要走哪些步。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: anomaly detection {#anomaly-detection}
#
# **In short.** A network learns nine digits; the tenth is the anomaly. You compute four scores from their formulas and compare
# them ten times, each digit being the stranger once. All but one are nearly perfect on gravel; on a strange digit they differ.
# Then you turn a score into an alarm and meet two traps: a threshold from the wrong data, and alarms that are almost all false.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#anomaly), where the question and AUROC are introduced, and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/anomaly_detection.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` and the package `scikit-image` too.

# %% [markdown] tags=["zh"]
# # 实验：异常检测 {#anomaly-detection}
#
# **一句话概括。** 网络学九个数字，第十个就是异常。你会按公式算出四种得分，让十个数字轮流当陌生人，比较十次。对付砾石，只有一种不行，其余都近乎完美；
# 对付陌生的数字，就见出高下了。然后把得分变成警报，并遇到两个陷阱：阈值取自不该用的数据，以及几乎全是虚惊的警报。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#anomaly)里对这个问题和 AUROC 的介绍，以及[从曲线到网络](../deep/curves-to-networks.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/anomaly_detection.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`，另外再装 `scikit-image`。

# %% [markdown] tags=["en"]
# ## Nine known, one strange {#data}
#
# Scanned digits, 64 pixels from paper (0) to ink (1), in three parts: to learn from, to *set thresholds* with, and to test. The
# far anomaly is gravel, pieces of a photograph; the near one is a digit left out of training. `classifier(k)` learns all
# digits but $k$. Ten digits to leave out, ten networks: their spread tells how much an answer depends on the anomaly.

# %% [markdown] tags=["zh"]
# ## 九个认识，一个陌生 {#data}
#
# 手写数字的扫描图，64 个像素，0 是白纸，1 是墨迹；分成三份：用来学习的、用来*定阈值*的、用来测试的。离得远的异常是砾石，即一张照片的小块；
# 离得近的异常，是训练时留出不用的一个数字。`classifier(k)` 学会除 $k$ 以外的所有数字。轮流留出十个数字，就有十个网络：
# 它们之间的差别说明，结论在多大程度上取决于异常是什么。

# %%
import torch
from skimage import data
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, valid, test = split(digits(), (0.6, 0.2, 0.2), stratify=True)
(x, y), (x_valid, y_valid), (x_test, y_test) = ((part.x / 16, part.y) for part in (learn, valid, test))
photograph = F.avg_pool2d(torch.tensor(data.gravel() / 255, dtype=torch.float32)[None], 2)[0]  # (256, 256)
gravel = photograph.unfold(0, 8, 8).unfold(1, 8, 8).reshape(-1, 64)  # (1024, 64)


def classifier(k):
    torch.manual_seed(k)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    known_x, known_y = x[y != k], y[y != k]
    for _ in range(150):
        rows = torch.randint(len(known_x), (100,))
        loss = F.cross_entropy(model(known_x[rows]), known_y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


models = [classifier(k) for k in range(10)]
with torch.no_grad():
    right = [(m(x_test).argmax(dim=1) == y_test)[y_test != k].float().mean().item() for k, m in enumerate(models)]
print(f"{min(right):.3f} – {max(right):.3f}")
assert min(right) > 0.92

# %% [markdown] tags=["en"]
# ## Four scores {#scores}
#
# Each is large for what looks strange.
#
# 1. **Confidence**, negative: $-\max_k \hat{y}_k$. It asks the classifier.
# 2. **Gaussian.** Each known digit $c$ is a cloud with mean $\boldsymbol{\mu}_c$; all share one covariance
#    $\boldsymbol{\Sigma}$, of shape (64, 64). The score is the squared distance to the nearest cloud, measured in its own spread
#    (Mahalanobis): the smallest $(\boldsymbol{x} - \boldsymbol{\mu}_c)^\top \boldsymbol{\Sigma}^{-1} (\boldsymbol{x} - \boldsymbol{\mu}_c)$.
# 3. **Subspace.** The ten directions in which a known digit varies most (its principal components) span its world; the score
#    is how far $\boldsymbol{x}$ sticks out of the nearest digit's world. A linear autoencoder does the same.
# 4. **Nearest** known picture: $\min_n \lVert \boldsymbol{x} - \boldsymbol{x}_n \rVert$.

# %% [markdown] tags=["zh"]
# ## 四种得分 {#scores}
#
# 每种得分都是越陌生越大。
#
# 1. **把握**，取负号：$-\max_k \hat{y}_k$。问的是分类器。
# 2. **高斯。** 每个认识的数字 $c$ 是一团云，均值是 $\boldsymbol{\mu}_c$；各团云共用一个协方差矩阵 $\boldsymbol{\Sigma}$，形状是 (64, 64)。
#    得分是到最近那团云的距离的平方，用云本身的散布来量（马氏距离），即最小的
#    $(\boldsymbol{x} - \boldsymbol{\mu}_c)^\top \boldsymbol{\Sigma}^{-1} (\boldsymbol{x} - \boldsymbol{\mu}_c)$。
# 3. **子空间。** 一个数字变化最大的十个方向（主成分）张成它的世界；得分是 $\boldsymbol{x}$ 伸出最近那个数字的世界有多远。线性自编码器做的是同样的事。
# 4. **最近**的已知图片：$\min_n \lVert \boldsymbol{x} - \boldsymbol{x}_n \rVert$。

# %%
def scores_of(model, k):
    """The four scores as functions of pictures (N, 64), fitted to all learning pictures but those of digit k."""
    known = [x[y == c] for c in range(10) if c != k]
    means = torch.stack([group.mean(dim=0) for group in known])  # (9, 64)
    centred = torch.cat([group - group.mean(dim=0) for group in known])  # (N, 64)
    inverse = torch.linalg.inv(centred.T @ centred / len(centred) + 0.01 * torch.eye(64))  # 0.01: some pixels never vary
    worlds = [torch.linalg.svd(group - group.mean(dim=0), full_matrices=False).Vh[:10] for group in known]  # (10, 64)

    def unsure(p):
        with torch.no_grad():
            return -model(p).softmax(dim=1).amax(dim=1)

    def gaussian(p):
        away = p[:, None] - means  # (N, 9, 64)
        return torch.einsum("nci,ij,ncj->nc", away, inverse, away).amin(dim=1)

    def subspace(p):
        away = [p - mean for mean in means]
        return torch.stack([(a - a @ w.T @ w).norm(dim=1) for a, w in zip(away, worlds, strict=True)]).amin(dim=0)

    def nearest(p):
        return torch.cdist(p, torch.cat(known)).amin(dim=1)

    return unsure, gaussian, subspace, nearest


def auroc(normal, strange):
    """How often a strange picture scores above a normal one; a tie counts half."""
    above, tied = (strange[:, None] > normal).float(), (strange[:, None] == normal).float()
    return (above + tied / 2).mean().item()


from course_lib.exercises import language_of_reader

words = {"en": ("confidence", "Gaussian", "subspace", "nearest"), "zh": ("把握", "高斯", "子空间", "最近")}
names = words[language_of_reader()]
near, far = {name: [] for name in names}, {name: [] for name in names}
for k, model in enumerate(models):
    for name, score in zip(names, scores_of(model, k), strict=True):
        normal = score(x_test[y_test != k])
        near[name].append(auroc(normal, score(x_test[y_test == k])))
        far[name].append(auroc(normal, score(gravel)))
near, far = ({name: torch.tensor(values) for name, values in kind.items()} for kind in (near, far))
for name in names:
    print("   ".join(f"{v.mean():.3f} ± {v.std():.3f}" for v in (far[name], near[name])), " ", name)
unsure, gaussian, subspace, nearest = (near[name] for name in names)
assert min(far[name].min() for name in names[1:]) > 0.98 and far[names[0]].mean() < 0.92
assert nearest.min() > 0.92 and subspace.min() > 0.9 and nearest.mean() > gaussian.mean() + 0.03
assert unsure.mean() < nearest.mean() - 0.05

# %% [markdown] tags=["en"]
# The columns: AUROC against gravel, then against the strange digit; mean and standard deviation over the ten digits left
# out. Gravel is no contest, except for the classifier's confidence, which moreover changes a great deal from network to
# network. The strange digit tells more: *the ranking of methods depends on the anomaly*, so a single number for a method
# means little. Digit by digit:
#
# <!-- block
# figure: lab-anomaly
# alt: >-
#   AUROC from 0.7 to 1 against the digit left out, 0 to 9, one marker for each score. Nearest picture and subspace lie above
#   0.92 for all digits, mostly near 0.99; the Gaussian varies between about 0.82 and 0.99, confidence between 0.80 and
#   0.96; for some digits the one is better, for some the other.
# caption: >-
#   The same methods, ten anomalies. Whether the Gaussian or confidence does better turns with the digit $k$.
# -->

# %% [markdown] tags=["zh"]
# 两列依次是对砾石、对陌生数字的 AUROC：留出十个数字所得的均值与标准差。对付砾石没有悬念，只有分类器的把握例外，而且它因网络而异，起伏很大。
# 陌生的数字更能说明问题：*方法的名次取决于异常是什么*，所以只用一个数来评价一种方法，意义不大。逐个数字来看：
#
# <!-- block
# figure: lab-anomaly
# alt: >-
#   横轴是留出的数字 0 到 9，纵轴是 AUROC，从 0.7 到 1，每种得分一种记号。最近的图片和子空间对所有数字都高于 0.92，大多在 0.99 附近；
#   高斯在约 0.82 与 0.99 之间，把握在 0.80 与 0.96 之间；有的数字这种好，有的数字那种好。
# caption: >-
#   同样的方法，十种异常。高斯与把握孰优孰劣，因数字 $k$ 而异。
# -->

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for name, marker in zip(names, "xs^o", strict=True):
    axes.plot(range(10), near[name], marker, label=name)
axes.set(xlabel="k", ylabel="AUROC", xticks=range(10), ylim=(0.7, 1.01))
axes.legend(fontsize=9)
plt.show()
assert unsure.min() > 0.7 and 2 < (gaussian > unsure).sum() < 8

# %% [markdown] tags=["en"]
# ## From a score to an alarm {#alarm}
#
# AUROC compares; an alarm needs a *threshold*. Choose it so that 5 % of normal pictures sound the alarm: the 95 % quantile of
# the scores of normal pictures that the method has not seen. That is what the second part of the data is for. Then measure,
# on the test, how many normal pictures really sound it, and how many strange ones.

# %% [markdown] tags=["zh"]
# ## 从得分到警报 {#alarm}
#
# AUROC 用来比较，警报则需要*阈值*。让 5% 的正常图片触发警报：取正常图片得分的 95% 分位数，而这些图片是方法没见过的，第二份数据就是为此准备的。
# 然后在测试图片上量一量：真正触发警报的，正常图片有多少，陌生图片有多少。

# %%
def rates(k, which=3, calibrate=None):
    """The share of alarms among normal, strange and gravel test pictures; thresholds from `calibrate`."""
    score = scores_of(models[k], k)[which]
    calibrate = x_valid[y_valid != k] if calibrate is None else calibrate
    limit = score(calibrate).quantile(0.95)
    return [(score(p) > limit).float().mean().item() for p in (x_test[y_test != k], x_test[y_test == k], gravel)]


alarms = {name: torch.tensor([rates(k, which) for k in range(10)]) for which, name in enumerate(names)}  # (10, 3) each
for name, table in alarms.items():
    print("   ".join(f"{v.mean():.2f} ± {v.std():.2f}" for v in table.unbind(dim=1)), " ", name)
assert all(0.01 < table[:, 0].mean() < 0.1 for table in alarms.values())
assert alarms[names[3]][:, 1].mean() > 0.85 and alarms[names[0]][:, 1].mean() < alarms[names[3]][:, 1].mean() - 0.2

# %% [markdown] tags=["en"]
# Normal, strange, gravel. The false alarms are near the 5 % that were ordered, as a threshold from a few hundred pictures is
# itself a little random. With the nearest picture more than nine in ten strange digits are caught; confidence at the same
# price catches about a third.
#
# ## When it goes wrong {#when-it-goes-wrong}
#
# **The threshold comes from the training pictures.** They were seen, so they look more normal than any new picture. And
# **everything new is strange**, not only what you are after: move the normal test pictures by one pixel to the right.

# %% [markdown] tags=["zh"]
# 三列是正常、陌生、砾石。虚警接近预定的 5%，因为由几百张图片定出的阈值，本身就带一点随机。用最近的图片，十个陌生数字能抓住九个多；
# 用把握，在同样的虚警之下大约只抓住三分之一。
#
# ## 出错的时候 {#when-it-goes-wrong}
#
# **阈值取自训练图片。** 训练图片是见过的，所以比任何新图片都显得正常。此外，**凡是新的都陌生**，不只是你想抓的那种：把正常的测试图片向右移一个像素试试。

# %%
false = {}
for which, name in ((2, names[2]), (3, names[3])):
    false[name] = torch.tensor([rates(k, which, x[y != k])[0] for k in range(10)])
    print(f"{false[name].mean():.2f} ± {false[name].std():.2f}  {name}")

moved = F.pad(x_test.reshape(-1, 8, 8), (1, 0))[:, :, :8].reshape(-1, 64)
score = scores_of(models[0], 0)[3]
limit = score(x_valid[y_valid != 0]).quantile(0.95)
shifted = (score(moved[y_test != 0]) > limit).float().mean().item()
print(f"→ 1: {shifted:.2f}")
assert false[names[2]].min() > 0.08 and false[names[3]].min() > 0.95 and shifted > 0.8

# %% [markdown] tags=["en"]
# With a threshold from the training pictures the subspace gives about three times the alarms that were ordered, and the
# nearest picture sounds the alarm at *everything*: the nearest training picture of a training picture is itself, at distance
# 0. Digits moved by one pixel are nearly all called strange, though any child reads them. A distance in pixels works here
# because these pictures are tiny and centred; elsewhere one measures it between features of a network that has learned to
# overlook such things.

# %% [markdown] tags=["zh"]
# 阈值取自训练图片时，子空间的虚警大约是预定的三倍；最近的图片则对*一切*都拉响警报：离一张训练图片最近的训练图片就是它自己，距离是 0。
# 只移动一个像素的数字，几乎都被当成陌生的，可是小孩子都认得。在这里用像素算距离能行，是因为图片很小，而且都已居中；换了别处，
# 就要在网络的特征之间算距离，而且网络要先学会对这类变化视而不见。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: how many alarms are true {#ex-alarms .exercise data-difficulty="2"}
#
# One picture in a thousand is an anomaly. The detector catches 90 % of them and sounds a false alarm for 5 % of the normal
# pictures. What share of its alarms is true? Write `true_share(rate, caught, false)`, here `true_share(0.001, 0.9, 0.05)`.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：有多少警报是真的 {#ex-alarms .exercise data-difficulty="2"}
#
# 一千张图片里有一张异常。检测器能抓住其中的 90%，而 5% 的正常图片会触发虚警。它的警报里有多大比例是真的？
# 请写出 `true_share(rate, caught, false)`，这里就是 `true_share(0.001, 0.9, 0.05)`。


# %%
from course_lib import check


def true_share(rate, caught, false):
    return ...


check("anomaly-detection/alarms", true_share)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     Take 100000 pictures: how many are anomalies, how many of those sound the alarm, and how many of the others?

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     设想 100000 张图片：异常有多少张，其中触发警报的有多少，其余图片触发警报的又有多少？

# %% tags=["solution"]
def true_share(rate, caught, false):
    return rate * caught / (rate * caught + (1 - rate) * false)


assert check("anomaly-detection/alarms", true_share)

normal, strange, _ = torch.tensor([rates(k) for k in range(10)]).mean(dim=0).tolist()
for rate in (0.5, 0.1, 0.01, 0.001):
    print(f"{rate:5}  {true_share(rate, strange, normal):.2f}")
assert true_share(0.001, strange, normal) < 0.05 and true_share(0.5, strange, normal) > 0.9

# %% [markdown] tags=["en"]
# The solution puts in the rates that we measured for the nearest picture. If every second picture is strange, nearly
# all alarms are true; if one in a thousand is, nearly all are false, and whoever must look at them will soon stop. AUROC does
# not show this: it does not know how rare anomalies are. For rare ones order far fewer false alarms than 5 %.
#
# ## What to change next {#next}
#
# - Order 0.5 % false alarms. How many strange digits are still caught, and how well can 300 normal pictures fix that threshold?
# - Ask the hidden layer: the distance to the nearest training picture after the 64 ReLUs. Better or worse than in pixels?
# - Put five anomalies into the learning pictures, unlabelled. Which score minds most?
# - Make the ten directions of the subspace 2 or 40. What goes wrong at each end?
#
# ## Further reading {#further-reading}
#
# - Hendrycks, Gimpel (2016), arXiv 1610.02136: confidence as a first score.
# - Lee et al. (2018), arXiv 1807.03888: Gaussians with a shared covariance, in the features of a network.

# %% [markdown] tags=["zh"]
# 解答里代入的是我们为“最近的图片”量得的两个比例。如果每两张就有一张陌生，警报几乎全是真的；如果一千张才有一张，警报几乎全是虚惊，负责查看的人很快就不看了。
# AUROC 看不出这一点，因为它不知道异常有多罕见。异常罕见时，预定的虚警要远低于 5%。
#
# ## 接下来可以改什么 {#next}
#
# - 预定 0.5% 的虚警。陌生数字还能抓住多少？三百张正常图片，能把这个阈值定得多准？
# - 去问隐藏层：经过 64 个 ReLU 之后，到最近一张训练图片的距离。比用像素好还是差？
# - 在学习用的图片里混进五张异常，不加标记。哪种得分最受影响？
# - 把子空间的十个方向改成 2 个或 40 个。两头各出什么问题？
#
# ## 延伸阅读 {#further-reading}
#
# - Hendrycks、Gimpel（2016），arXiv 1610.02136：用把握作为最初的得分。
# - Lee 等（2018），arXiv 1807.03888：在网络的特征上使用共用协方差的高斯分布。
