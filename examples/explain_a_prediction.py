# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: explain a prediction"
#       description: Saliency, gradient times input and occlusion on real digits, put to the test over five networks, and used
#         to catch a network that cheats.
#     zh:
#       title: 实验：解释一次预测
#       description: 在真实的手写数字上做显著图、梯度乘输入与遮挡，用五个网络检验它们，再用它们抓住一个作弊的网络。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: explain a prediction {#explain-a-prediction}
#
# **In short.** Which pixels made the network say 3? You compute three answers, see which formula ties two of them together,
# and test each by erasing what it names. Then you train a network that cheats, find out how from the pictures alone, and
# meet a map that looks convincing for a network that has learned nothing.
#
# **You need:** [seven advanced topics](../intro/advanced-topics.md#explain), where saliency and occlusion are introduced, and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/explain_a_prediction.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：解释一次预测 {#explain-a-prediction}
#
# **一句话概括。** 网络为什么说这是 3，是哪些像素的缘故？你会算出三种答案，看清其中两种由怎样的公式联系着，再把它们指出的像素擦掉，逐一检验。
# 然后训练一个作弊的网络，只凭图就查出它怎么作弊；最后还会遇到一张看上去很有说服力的图，而它解释的网络什么也没学过。
#
# **预备知识：** [七个进阶主题](../intro/advanced-topics.md#explain)里对显著图和遮挡的介绍，以及[从曲线到网络](../deep/curves-to-networks.md)。
# 用一个 CPU 核，不到一分钟就能跑完全部代码，可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/explain_a_prediction.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## Five networks {#networks}
#
# The data are scanned digits, 64 pixels from paper (0) to ink (1). A network with 64 ReLUs gives ten scores
# $z_0, \dots, z_9$; its answer $k$ is the digit of the largest. Explanations differ from network to network, so train five.

# %% [markdown] tags=["zh"]
# ## 五个网络 {#networks}
#
# 数据是手写数字的扫描图，64 个像素，0 是白纸，1 是墨迹。网络用 64 个 ReLU 给出十个得分 $z_0, \dots, z_9$，得分最高的数字就是它的回答 $k$。
# 不同的网络，解释也会不同，所以训练五个。

# %%
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import digits, split

learn, test = split(digits(), (2 / 3, 1 / 3), stratify=True)
x, y, x_test, y_test = learn.x / 16, learn.y, test.x / 16, test.y  # (1198, 64), (1198,), (599, 64), (599,)


def train(seed, pictures, labels, steps=200):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        rows = torch.randint(len(pictures), (100,))
        loss = F.cross_entropy(model(pictures[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def answer_of(model, pictures):
    with torch.no_grad():
        return model(pictures).argmax(dim=-1)


models = [train(seed, x, y) for seed in range(5)]
right = [(answer_of(model, x_test) == y_test).float().mean().item() for model in models]
print(*(f"{share:.3f}" for share in right))
assert min(right) > 0.93

# %% [markdown] tags=["en"]
# ## Three answers and what ties them {#three-answers}
#
# **Saliency** asks how fast the score of the answer changes with pixel $i$: $\lvert \partial z_k / \partial x_i \rvert$.
# **Occlusion** sets pixel $i$ to paper, $x_i = 0$, and asks how far the score falls. Write $\boldsymbol{x}_{\setminus i}$ for the covered
# picture and expand to first order:
#
# $$
# z_k(\boldsymbol{x}) - z_k(\boldsymbol{x}_{\setminus i}) \approx x_i\, \frac{\partial z_k}{\partial x_i} .
# $$
#
# The right side is the third answer, **gradient times input**: it forecasts all 64 occlusions from one backward pass. With
# ReLUs the forecast is exact as long as no ReLU switches on or off on the way. Compute all three for every test picture.

# %% [markdown] tags=["zh"]
# ## 三种答案，以及它们的联系 {#three-answers}
#
# **显著图**问的是：像素 $i$ 变化时，回答的得分变得多快？即 $\lvert \partial z_k / \partial x_i \rvert$。**遮挡**则把像素 $i$ 设成白纸，即 $x_i = 0$，
# 看得分下降多少。把遮过的图片记作 $\boldsymbol{x}_{\setminus i}$，展开到一阶：
#
# $$
# z_k(\boldsymbol{x}) - z_k(\boldsymbol{x}_{\setminus i}) \approx x_i\, \frac{\partial z_k}{\partial x_i} .
# $$
#
# 右边就是第三种答案，**梯度乘输入**：反向传播一次，就预测出全部 64 个遮挡的结果。用 ReLU 的网络，
# 只要途中没有哪个 ReLU 由开变关或由关变开，这个预测就是精确的。下面对每张测试图片算出这三种答案。

# %%
def gradient(model, pictures, answers):
    pictures = pictures.clone().requires_grad_()
    chosen = model(pictures).gather(1, answers[:, None])  # (N, 1)
    return torch.autograd.grad(chosen.sum(), pictures)[0]  # (N, 64)


def occlusion(model, pictures, answers, turn=lambda z: z):
    """How far the score falls, or with `turn` what the scores are turned into, when one pixel is covered: (N, 64)."""
    covered = pictures[:, None] * (1 - torch.eye(64))  # (N, 64, 64): picture n without pixel i
    rows = torch.arange(len(pictures))
    with torch.no_grad():
        return turn(model(pictures))[rows, answers][:, None] - turn(model(covered))[rows, :, answers]


model = models[0]
answers = answer_of(model, x_test)
slope = gradient(model, x_test, answers)
forecast, fall = x_test * slope, occlusion(model, x_test, answers)
agreement = torch.corrcoef(torch.stack([forecast.flatten(), fall.flatten()]))[0, 1].item()
other_question = torch.corrcoef(torch.stack([slope.abs().flatten(), fall.flatten()]))[0, 1].item()
print(f"{agreement:.3f} {other_question:.3f}")
assert agreement > 0.95 and other_question < 0.5

# %% [markdown] tags=["en"]
# Over all pixels of all pictures, forecast and occlusion agree almost perfectly (a correlation near 1). Saliency hardly has
# anything to do with them: it knows nothing of $x_i$, so it is large on empty paper, too, where there is nothing to cover.
#
# <!-- block
# figure: lab-explain-maps
# alt: >-
#   Four columns for three test digits, 1, 2 and 3. First the digit; second saliency, bright pixels scattered over the whole
#   picture; third and fourth gradient times input and occlusion, nearly the same, red and blue pixels on the strokes only.
# caption: >-
#   Three digits, saliency (the brighter, the larger), gradient times input, occlusion. Red speaks for the answer, blue
#   against it, white for neither.
# -->

# %% [markdown] tags=["zh"]
# 在所有图片的所有像素上，预测值与遮挡的结果几乎完全一致，相关系数接近 1。显著图则与它们没多大关系：它不知道 $x_i$ 是多少，所以在空白的纸面上也会很大，
# 而那里本来就没有东西可遮。
#
# <!-- block
# figure: lab-explain-maps
# alt: >-
#   三个测试数字 1、2、3，各有四列。第一列是数字；第二列是显著图，亮的像素散布在整张图上；
#   第三、四列是梯度乘输入和遮挡，几乎一样，红色和蓝色的像素只出现在笔画上。
# caption: >-
#   三个数字、显著图（越亮越大）、梯度乘输入、遮挡。红色支持这个回答，蓝色反对，白色两不相干。
# -->

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(3, 4, figsize=(5.2, 4.2), layout="constrained")
titles = "x", "|∂z/∂x|", "x · ∂z/∂x", "z − z'"
for number in range(3):
    maps = x_test[number], slope[number].abs(), forecast[number], fall[number]
    for panel, picture, colours in zip(axes[number], maps, ("gray_r", "inferno", "bwr", "bwr"), strict=True):
        bound = picture.abs().max().item()
        low = -bound if colours == "bwr" else 0
        panel.imshow(picture.reshape(8, 8).numpy(), cmap=colours, vmin=low, vmax=bound)
        panel.set(xticks=[], yticks=[])
for panel, title in zip(axes[0], titles, strict=True):
    panel.set_title(title)
plt.show()
assert answers[:3].tolist() == y_test[:3].tolist()

# %% [markdown] tags=["en"]
# ## The test {#erase}
#
# A map claims that these pixels matter more than those. So erase the $n$ pixels that it ranks highest and count the answers
# that stay. If the claim is good, few do. Five maps compete, each made anew for each of the five networks: occlusion of the
# *probability* $\hat{y}_k$ (as on the page), occlusion of the *score* $z_k$, gradient times input, saliency, and chance:
# any pixels with ink. The table gives the share of answers kept for $n = 4$, its mean and standard deviation over the seeds; a dash (`z'`) means with the pixel covered.
#
# <!-- block
# figure: lab-explain-erase
# alt: >-
#   Share of answers kept against the number n of erased pixels, from 0 to 8. For random ink and saliency the curves fall
#   slowly, to about 0.8 at n = 8. For gradient times input and occlusion they fall steeply, to below 0.4 at n = 4 and near 0
#   at n = 8; occlusion of the probability is lowest up to n = 4.
# caption: >-
#   The lower, the better the map knew what the answer rested on. Mean over five networks.
# -->

# %% [markdown] tags=["zh"]
# ## 检验 {#erase}
#
# 一张图的论断是：这些像素比那些更要紧。那就擦掉它排在最前面的 $n$ 个像素，数一数还有多少回答不变。论断若是对的，剩下的就该很少。参赛的有五种图，
# 对五个网络各做一遍：遮挡时看*概率* $\hat{y}_k$（与页面相同）、遮挡时看*得分* $z_k$、梯度乘输入、显著图，以及随机：任取有墨迹的像素。
# 表中是 $n = 4$ 时不变的回答所占的比例，给出五个种子的均值与标准差；带撇的（`z'`）是遮住像素之后的值。
#
# <!-- block
# figure: lab-explain-erase
# alt: >-
#   横轴是擦掉的像素数 n，从 0 到 8；纵轴是不变的回答所占的比例。随机墨迹和显著图的曲线降得慢，n = 8 时约为 0.8；
#   梯度乘输入和两种遮挡降得很快，n = 4 时不足 0.4，n = 8 时接近 0；n 不超过 4 时，看概率的遮挡最低。
# caption: >-
#   越低，说明那种图越清楚回答依据什么。五个网络的均值。
# -->

# %%
from course_lib.exercises import language_of_reader

at_random, saliency_name = {"en": ("random ink", "saliency"), "zh": ("随机墨迹", "显著图")}[language_of_reader()]


def kept(model, answers, importance, n):
    erased = x_test.scatter(1, importance.topk(n, dim=1).indices, 0.0)
    return (answer_of(model, erased) == answers).float().mean().item()


def importances(model, answers, seed):
    grad = gradient(model, x_test, answers)
    ink = torch.rand(x_test.shape, generator=torch.Generator().manual_seed(seed)) * (x_test > 0.2)
    by_probability = occlusion(model, x_test, answers, lambda z: z.softmax(dim=-1))
    by_score = occlusion(model, x_test, answers)
    return {"ŷ − ŷ'": by_probability, "z − z'": by_score, "x · ∂z/∂x": x_test * grad, saliency_name: grad.abs(), at_random: ink}


sizes = (0, 1, 2, 4, 6, 8)
shares = {}
for seed, network in enumerate(models):
    network_answers = answer_of(network, x_test)
    for name, importance in importances(network, network_answers, seed).items():
        shares.setdefault(name, []).append([kept(network, network_answers, importance, n) for n in sizes])
for (name, of_seeds), style in zip(shares.items(), ("o-", "s-", "^--", "v-", "x--"), strict=True):
    of_seeds = torch.tensor(of_seeds)  # (5 seeds, 6 sizes)
    shares[name] = of_seeds
    plt.plot(sizes, of_seeds.mean(dim=0), style, label=name)
    print(f"{of_seeds[:, 3].mean():.2f} ± {of_seeds[:, 3].std():.2f}  {name}")
plt.gca().set(xlabel="n", ylabel={"en": "share of answers kept", "zh": "不变的回答所占比例"}[language_of_reader()], ylim=(0, 1.02))
plt.legend()
plt.show()
best, score, product, salient, chance = (of_seeds[:, 3] for of_seeds in shares.values())
assert best.max() < score.min() and (score - product).abs().max() < 0.1
assert score.max() < 0.45 and salient.min() > 0.7 and chance.min() > salient.max()

# %% [markdown] tags=["en"]
# The spread over the seeds is a point or two, the gaps between the maps are far larger: the order is no accident. Gradient
# times input is as good as occlusion of the score, at one backward pass instead of 64 forward passes. Occlusion of the
# probability is better still, for a reason: $\hat{y}_k$ also knows the *rivals*. A pixel that holds down the score of 9
# matters for the answer 3, though the score of 3 does not contain it.
#
# ## Catch a cheat {#cheat}
#
# What is such a map good for? Say that whoever scanned the digits put a dot into the lower left corner of every 3 (we do
# it ourselves, to know the truth). Train on that, and test on pictures with the same dot.

# %% [markdown] tags=["zh"]
# 种子之间的标准差只有一两个百分点，而几种图之间差得远得多：这个名次不是偶然。梯度乘输入与看得分的遮挡一样好，代价却只是一次反向传播，而不是 64 次前向传播。
# 看概率的遮挡还要好一些，这有道理：$\hat{y}_k$ 还知道*对手*的得分。一个像素若压低了 9 的得分，对回答 3 就是要紧的，而 3 的得分里却看不到这一点。
#
# ## 抓一个作弊的 {#cheat}
#
# 这样的图有什么用？假设扫描的人在每个 3 的左下角都点了一个点（这里是我们自己点的，好知道真相）。用这样的图片训练，再用同样带点的图片测试。

# %%
corner = 56  # the first pixel of the last row


def dotted(pictures, rows):
    pictures = pictures.clone()
    pictures[rows, corner] = 1.0
    return pictures


three = y_test == 3
found = {"x": [], "3": [], "→ 3": [], "i": []}
for seed in range(3):
    cheat = train(seed, dotted(x, y == 3), y)
    marked = dotted(x_test, three)
    found["x"].append((answer_of(cheat, marked) == y_test).float().mean().item())
    found["3"].append((answer_of(cheat, x_test[three]) == 3).float().mean().item())
    found["→ 3"].append((answer_of(cheat, dotted(x_test, ~three)[~three]) == 3).float().mean().item())
    named = occlusion(cheat, marked[three], torch.full((int(three.sum()),), 3)).argmax(dim=1)
    found["i"].append((named == corner).float().mean().item())
for name, values in found.items():
    print(*(f"{value:.2f}" for value in values), name)
assert min(found["x"]) > 0.94 and max(found["3"]) < 0.8 and min(found["→ 3"]) > 0.05 and min(found["i"]) > 0.95

# %% [markdown] tags=["en"]
# Row by row, for three seeds: the test says that all is well, about 97 % right (`x`). Yet without the dot only about half of
# the threes are still recognised (`3`), and one other digit in seven becomes a 3 when somebody dots it (`→ 3`). The test
# could not see that, since its pictures have the same flaw. Occlusion sees it without a single new picture: on all the
# threes the pixel that it names first is the dot (`i`). Look at the maps *before* you trust a high score.

# %% [markdown] tags=["zh"]
# 逐行来看，每行三个种子：测试结果说一切正常，准确率约 97%（`x`）。可是没有那个点，认得出的 3 只剩大约一半（`3`）；别的数字要是被人点上一点，每七个就有一个被认成
# 3（`→ 3`）。测试看不出来，因为测试图片带着同样的毛病。遮挡却看得出来，而且不用一张新图片：在所有的 3 上，它指出的第一个像素都是那个点（`i`）。
# 相信一个高分*之前*，先看看图。

# %% [markdown] tags=["en"]
# ## When it goes wrong {#when-it-goes-wrong}
#
# **The map shows the picture, not the network.** Make the map of gradient times input for a network that has *not been
# trained at all*, and compare it with the trained one's: how well do the two rank the 64 pixels alike? (A rank correlation:
# 1 the same order, 0 unrelated.)

# %% [markdown] tags=["zh"]
# ## 出错的时候 {#when-it-goes-wrong}
#
# **图里显示的是图片，不是网络。** 拿一个*完全没有训练过*的网络做梯度乘输入，与训练好的那个比较：两者给 64 个像素排出的名次有多像？（用秩相关来量：
# 1 表示名次相同，0 表示毫无关系。）

# %%
def same_order(first, second):
    ranks = [values.argsort().argsort().double() for values in (first, second)]
    return torch.corrcoef(torch.stack(ranks))[0, 1].item()


torch.manual_seed(100)
untrained = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
of_trained, of_untrained = ((x_test * gradient(m, x_test, answers)).abs() for m in (model, untrained))
everywhere = [same_order(a, b) for a, b in zip(of_trained, of_untrained, strict=True)]
on_ink = [same_order(a[p > 0], b[p > 0]) for a, b, p in zip(of_trained, of_untrained, x_test, strict=True)]
all_pixels, inked = sum(everywhere) / len(everywhere), sum(on_ink) / len(on_ink)
print(f"{all_pixels:.2f}, x > 0: {inked:.2f}")
assert all_pixels > 0.75 and inked < 0.5 * all_pixels

# %% [markdown] tags=["en"]
# The two maps look much alike, though one network knows nothing: both are 0 wherever the paper is empty, so both show the
# shape of the digit, and a reader nods. Among the pixels with ink little of the agreement is left. A map that would look the same
# for an untrained network explains nothing; this comparison is a test that every map should pass (Adebayo et al.).

# %% [markdown] tags=["zh"]
# 两张图很像，尽管其中一个网络什么也不懂：凡是空白的地方，两者都是 0，于是都画出了数字的形状，看的人就点头了。只看有墨迹的像素，相似之处便所剩不多。
# 换成没训练过的网络，图还是那个样子，这样的图就什么也没解释；每一种图都应当先通过这项检验（Adebayo 等）。

# %% [markdown] tags=["en"]
# ## Your turn {#exercises}
#
# ### Exercise 1: two witnesses {#ex-witnesses .exercise data-difficulty="2"}
#
# A network of two pixels gives the score $z = \max(x_1, x_2)$, and both are ink: $x_1 = x_2 = 1$. What does occlusion give
# for the first pixel, for the second, and for covering both at once? Answer with a list of three numbers.

# %% [markdown] tags=["zh"]
# ## 轮到你了 {#exercises}
#
# ### 练习 1：两个证人 {#ex-witnesses .exercise data-difficulty="2"}
#
# 某个网络只看两个像素，得分是 $z = \max(x_1, x_2)$，而两个都是墨迹：$x_1 = x_2 = 1$。遮挡第一个像素、遮挡第二个、两个一起遮，结果各是多少？
# 用一个列表给出三个数。

# %%
from course_lib import check

falls = ...

check("explain-a-prediction/witnesses", falls)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     With the first pixel covered the score is $\max(0, 1)$.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     遮住第一个像素之后，得分是 $\max(0, 1)$。

# %% tags=["solution"]
falls = [1 - max(0, 1), 1 - max(1, 0), 1 - max(0, 0)]
assert check("explain-a-prediction/witnesses", falls)

certainty_falls = occlusion(model, x_test, answers, lambda z: z.softmax(dim=-1))
top = certainty_falls.topk(4, dim=1)
alone = top.values.sum(dim=1)  # (N,): the four falls, each pixel covered by itself, added up
with torch.no_grad():
    before, after = (model(p).softmax(dim=-1).gather(1, answers[:, None]) for p in (x_test, x_test.scatter(1, top.indices, 0.0)))
together = (before - after)[:, 0]
print(f"Σ {alone.mean():.2f}, {together.mean():.2f}; {(together > alone).float().mean():.2f}")
assert together.mean() > alone.mean() + 0.1 and (together > alone).float().mean() > 0.7

# %% [markdown] tags=["en"]
# Each witness alone seems useless, as the other one says the same; without both the case collapses. So occlusion of single
# pixels overlooks evidence that stands in the picture twice. The solution measures it on the digits: the four pixels
# that matter most take more from the certainty when they are covered together than their four single falls add up to.
#
# ## What to change next {#next}
#
# - Cover with grey (0.5) or with the mean picture instead of paper. Which pixels does occlusion name now, and who is right?
# - Cover patches of 2 × 2 or 3 × 3. When do they find what single pixels overlook?
# - Explain the *wrong* answers of `models[0]`: erase the pixels that speak for them. How many become right?
# - Dot only every second 3 in training. Does the network still cheat, and does the map still show it?
#
# ## Further reading {#further-reading}
#
# - Simonyan, Vedaldi, Zisserman (2013), arXiv 1312.6034: saliency from the gradient.
# - Zeiler, Fergus (2013), arXiv 1311.2901: occlusion.
# - Adebayo et al. (2018), arXiv 1810.03292: maps that do not depend on what the network learned.

# %% [markdown] tags=["zh"]
# 单看每个证人，似乎都可有可无，因为另一个说的是同样的话；两个都没有了，案子就垮了。所以逐个像素的遮挡，会漏掉图里出现了两次的证据。
# 解答在手写数字上量了一下：最要紧的四个像素一起遮住，把握下降得比四次单独下降加起来还多。
#
# ## 接下来可以改什么 {#next}
#
# - 不用白纸，改用灰色（0.5）或平均图片来遮。这时遮挡指出哪些像素，谁说得对？
# - 遮 2 × 2 或 3 × 3 的小块。什么时候能找到单个像素漏掉的证据？
# - 解释 `models[0]` 的*错误*回答：擦掉支持它们的像素，有多少会变成正确的？
# - 训练时只在一半的 3 上点点。网络还会作弊吗，图还看得出来吗？
#
# ## 延伸阅读 {#further-reading}
#
# - Simonyan、Vedaldi、Zisserman（2013），arXiv 1312.6034：用梯度得到的显著图。
# - Zeiler、Fergus（2013），arXiv 1311.2901：遮挡。
# - Adebayo 等（2018），arXiv 1810.03292：与网络学到了什么无关的图。
