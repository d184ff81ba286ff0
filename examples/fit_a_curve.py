# ---
# jupyter:
#   course:
#     en:
#       title: "Lab: fit a curve"
#       description: A lab to run from top to bottom. A sum of sigmoids learns Seattle's year from four years of weather,
#         on a GPU if there is one.
#     zh:
#       title: 实验：拟合一条曲线
#       description: 一个从头跑到尾的实验。用若干个 sigmoid 之和，从四年的天气里学出西雅图的一年；有 GPU 就用 GPU。
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["en"]
# # Lab: fit a curve {#fit-a-curve}
#
# **In short.** You take four years of weather, teach three of them to a sum of sigmoids, and ask it about the fourth. Then
# you change the number of sigmoids and meet, on real data, a model that is too small, a training that got stuck, and an
# error that no model can remove.
#
# **You need:** [gradient descent](../basics/gradient-descent.md) and
# [from curves to networks](../deep/curves-to-networks.md). Everything runs in under a minute on one core, here, in the
# notebook, or as a script: `python examples/fit_a_curve.py`. Your machine needs what the
# [front page](../index.md#first-snippet) installs, `course_lib` too.

# %% [markdown] tags=["zh"]
# # 实验：拟合一条曲线 {#fit-a-curve}
#
# **一句话概括。** 拿四年的天气数据，把其中三年教给若干个 sigmoid 之和，再拿第四年去考它。然后改变 sigmoid 的个数，在真实数据上依次遇到：
# 太小的模型、卡住的训练，以及任何模型都消除不了的误差。
#
# **预备知识：** [梯度下降](../basics/gradient-descent.md)和[从曲线到网络](../deep/curves-to-networks.md)。用一个 CPU 核，不到一分钟就能跑完全部代码，
# 可以在本页看，可以在 notebook 里跑，也可以当脚本跑：`python examples/fit_a_curve.py`。
# 自己跑的话，先照[首页](../index.md#first-snippet)装好所需的包，包括 `course_lib`。

# %% [markdown] tags=["en"]
# ## Where to compute {#device}
#
# A GPU (the processor of a graphics card) multiplies large matrices much faster than a CPU. This lab is so small that
# you will not feel the difference, but the habit costs three lines: pick a device once, put the data and the model on it, and fetch results back to draw them.
# `pick` takes the best device there is; on a machine without a GPU that is the CPU, and nothing else changes.

# %% [markdown] tags=["zh"]
# ## 在哪里计算 {#device}
#
# GPU（显卡上的处理器）做大矩阵的乘法比 CPU 快得多。这个实验很小，感觉不出差别，但养成习惯只需三行：开头选定一次设备（device），把数据和模型都放上去，
# 画图前再把结果取回来。`pick` 会选出这台机器上最好的设备；没有 GPU 就用 CPU，其余代码一个字都不用改。

# %%
from course_lib.devices import describe, pick

device = pick()
print(describe().splitlines()[-1])
print("device:", device)

# %% [markdown] tags=["en"]
# ## The curve {#data}
#
# The package `vega_datasets` brings along the daily weather of Seattle from 2012 to 2015 (NOAA, public domain). We take
# the middle between the day's highest and lowest temperature, $T$ in °C, against the day of the year, $d$ from 1 to 366.
# Look at data before you model it.
#
# <!-- block
# figure: lab-seattle
# alt: >-
#   Temperature T in °C against day d of the year. A grey band, the range of each week in 2012 to 2014, rises from
#   around 5 °C in January to around 20 °C at about day 210 and falls again; it is about 10 °C wide. The thin line of
#   2015 zigzags along the band, often at its upper edge.
# caption: >-
#   Seattle's year: the range of each week in 2012 to 2014, and the days of 2015. The years agree on the shape; single
#   days leave it by several degrees.
# -->

# %% [markdown] tags=["zh"]
# ## 这条曲线 {#data}
#
# `vega_datasets` 这个包自带西雅图 2012 至 2015 年的逐日天气（NOAA，公有领域）。取每天最高与最低气温的平均值作为 $T$，单位 °C；
# 横坐标是一年中的第 $d$ 天，从 1 到 366。建模之前，先看数据。
#
# <!-- block
# figure: lab-seattle
# alt: >-
#   横轴是一年中的第 d 天，纵轴是气温 T，单位 °C。灰色色带是 2012 至 2014 年每一周的气温范围，从一月的 5 °C 左右
#   升到第 210 天前后的 20 °C 左右，再降回去，宽约 10 °C。2015 年的细线沿着色带曲折前进，常常贴着上沿。
# caption: >-
#   西雅图的一年：2012 至 2014 年每一周的气温范围，以及 2015 年的每一天。各年的形状一致，个别日子却会偏离好几度。
# -->

# %%
import matplotlib.pyplot as plt
import torch
from vega_datasets import data

weather = data.seattle_weather()
day = torch.tensor(weather["date"].dt.day_of_year.to_numpy(), dtype=torch.float32)  # (1461,)
year = torch.tensor(weather["date"].dt.year.to_numpy())  # (1461,)
temperature = torch.tensor(weather[["temp_max", "temp_min"]].mean(axis=1).to_numpy(), dtype=torch.float32)  # °C
train = year < 2015  # (1461,), True on the 1096 days to learn from

week = (day - 1) // 7  # (1461,), from 0 to 52
of_week = [temperature[train & (week == w)] for w in range(53)]
middle_of_week = [7 * w + 4 for w in range(53)]  # days
lowest, highest = [float(t.min()) for t in of_week], [float(t.max()) for t in of_week]  # °C

figure, axes = plt.subplots(figsize=(6.4, 3.4))
axes.fill_between(middle_of_week, lowest, highest, color="gray", alpha=0.35, label="2012–2014")
axes.plot(day[~train], temperature[~train], linewidth=0.8, label="2015")
axes.set_xlabel("d")
axes.set_ylabel("T (°C)")
axes.legend()
plt.show()
assert train.sum() == 1096 and (~train).sum() == 365

# %% [markdown] tags=["en"]
# ## Prepare {#prepare}
#
# Three things before training:
#
# 1. **Split.** 2012 to 2014 are for training; 2015 stays hidden until the end, for
#    validation: a test on days that the model has not seen. A random split would put
#    yesterday and tomorrow of a day into the training data: too easy a test.
# 2. **Scale.** The sigmoids start around $x = 0$ with weights of about 1, so $d$ becomes $x = d/183 - 1$, from $-1$ to 1,
#    and $T$ becomes $y = (T - \mu)/s$. The mean $\mu$ and the standard deviation $s$ come from the training days *alone*:
#    2015 must not leak in.
# 3. **Move** everything to the device.

# %% [markdown] tags=["zh"]
# ## 准备数据 {#prepare}
#
# 训练之前要做三件事：
#
# 1. **划分。** 2012 至 2014 年用来训练；2015 年一直藏到最后，用来验证，也就是拿模型没见过的日子考它。如果随机划分，某一天的前一天和后一天都会落进训练数据，考题就太容易了。
# 2. **缩放。** sigmoid 的初始位置在 $x = 0$ 附近，权重大约是 1，所以把 $d$ 换成 $x = d/183 - 1$，范围从 $-1$ 到 1；把 $T$ 换成
#    $y = (T - \mu)/s$。均值 $\mu$ 和标准差 $s$ *只*用训练数据来算：2015 年的信息不能泄漏进来。
# 3. **搬运。** 把数据放到选定的设备上。

# %%
from course_lib.devices import to


def scale_day(d):
    return (d / 183 - 1)[:, None]  # (N, 1): one row per day, one feature


mean, std = temperature[train].mean(), temperature[train].std()
x, y = to((scale_day(day), (temperature - mean) / std), device)  # (1461, 1), (1461,)
print(f"μ = {mean:.2f} °C, s = {std:.2f} °C")
assert abs(y[train].mean()) < 1e-5 and abs(y[train].std() - 1) < 1e-5
assert x.min() > -1 and x.max() <= 1

# %% [markdown] tags=["en"]
# ## The model {#model}
#
# A constant plus $m$ sigmoids, each with its own place, steepness and height:
#
# $$
# \hat{y} = b + \sum_{i=1}^{m} c_i\, \sigma(b_i + w_i x)
# $$
#
# With one feature that makes $3m + 1$ parameters. `SigmoidSum` holds them under the names of the formula.

# %% [markdown] tags=["zh"]
# ## 模型 {#model}
#
# 一个常数加上 $m$ 个 sigmoid，每个各有自己的位置、陡度和高度：
#
# $$
# \hat{y} = b + \sum_{i=1}^{m} c_i\, \sigma(b_i + w_i x)
# $$
#
# 只有一个特征时，一共是 $3m + 1$ 个参数。`SigmoidSum` 里的参数名就是公式里的字母。

# %%
from course_lib.models import SigmoidSum

example = SigmoidSum(features=1, sigmoids=3)
print({name: tuple(parameter.shape) for name, parameter in example.named_parameters()})
assert sum(parameter.numel() for parameter in example.parameters()) == 3 * 3 + 1

# %% [markdown] tags=["en"]
# ## The loop {#loop}
#
# Prediction, loss, gradient, step; 600 times. The seed fixes the random start, so that you get the run that we describe.
# The model is made on the CPU and then moved: the start is the same on every device.

# %% [markdown] tags=["zh"]
# ## 训练循环 {#loop}
#
# 预测、损失、梯度、走一步，重复 600 次。随机种子固定了初始参数，所以你得到的就是下文所说的那次训练。
# 模型先在 CPU 上建好再搬过去，这样在任何设备上初始参数都相同。


# %%
def fit(inputs, targets, sigmoids, seed, steps=600, report=False):
    torch.manual_seed(seed)
    model = SigmoidSum(features=inputs.shape[1], sigmoids=sigmoids).to(inputs.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for step in range(steps):
        loss = (model(inputs) - targets).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if report and step in (0, 50, 100, 200, steps - 1):
            print(f"{step:4}  {loss.item():.3f}")
    return model


def error_of(model, inputs, targets):
    with torch.no_grad():
        return (model(inputs) - targets).square().mean().sqrt().item() * std.item()  # °C


model = fit(x[train], y[train], sigmoids=3, seed=0, report=True)
trained, validated = error_of(model, x[train], y[train]), error_of(model, x[~train], y[~train])
print(f"2012–2014: {trained:.2f} °C, 2015: {validated:.2f} °C")
assert trained < 2.8 and trained < validated < 3.1

# %% [markdown] tags=["en"]
# `error_of` takes the root of the mean squared error and multiplies it by $s$, so that it is in °C again. A constant
# prediction would be off by $s \approx 6$ °C; three sigmoids are off by less than 2.8 °C on the years they saw and by about
# 3 °C on 2015, which was warmer than the three years before.

# %% [markdown] tags=["zh"]
# `error_of` 取均方误差的平方根，再乘以 $s$，于是单位又回到 °C。只用一个常数来预测，误差是 $s \approx 6$ °C；三个 sigmoid 在见过的年份上误差不到
# 2.8 °C，在 2015 年上约为 3 °C，因为 2015 年比前三年更暖。

# %%
warmer = (temperature[~train].mean() - mean).item()
print(f"{warmer:+.2f} °C")
assert warmer > 1 and 6 < std < 6.1

# %% [markdown] tags=["en"]
# ## Look at the fit {#fit}
#
# A small error is a number; a picture shows *how* the model got there. Above, the prediction over the data. Below, the
# three terms $c_i\, \sigma(b_i + w_i x)$, times $s$: each is a single step, and the year is their sum plus a constant.
#
# <!-- block
# figure: lab-fit
# alt: >-
#   Above: a thick smooth curve through the middle of the grey band, from about 5 °C in January up to about 20 °C near
#   day 220 and back to about 5 °C. Below: three S-shaped steps over the same days, one
#   rising or falling in spring and others in autumn.
# caption: >-
#   The model $\hat{y}$ back in °C (above), and the three steps it consists of (below). The model follows the season
#   and leaves the weather alone.
# -->

# %% [markdown] tags=["zh"]
# ## 看看拟合结果 {#fit}
#
# 误差小，只是一个数字；画出来才知道模型是*怎样*做到的。上图是叠在数据上的预测，下图是三项 $c_i\, \sigma(b_i + w_i x)$ 各自乘以 $s$：
# 每一项只是一级台阶，它们的和再加一个常数，就是一年。
#
# <!-- block
# figure: lab-fit
# alt: >-
#   上图：一条粗而光滑的曲线穿过灰色色带中间，从一月的约 5 °C 升到第 220 天前后的约 20 °C，再回到约 5 °C。
#   下图：同样的横轴上有三级 S 形台阶，有的在春天变化，有的在秋天变化。
# caption: 换算回 °C 的模型 $\hat{y}$（上），以及组成它的三级台阶（下）。模型跟随的是季节，不理会每天的天气。
# -->

# %%
days = torch.arange(1.0, 367.0)
inputs = to(scale_day(days), device)
with torch.no_grad():
    curve = model(inputs).cpu() * std + mean  # (366,), °C
    steps = (model.c * torch.sigmoid(model.b + inputs @ model.W.T)).cpu() * std  # (366, 3), °C

figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6.4, 5.4), height_ratios=(3, 2))
above.fill_between(middle_of_week, lowest, highest, color="gray", alpha=0.35, label="2012–2014")
above.plot(days[::7], curve[::7], linewidth=2.5, label="ŷ")
above.set_ylabel("T (°C)")
above.legend()
for i in range(3):
    below.plot(days[::7], steps[::7, i], label=f"i = {i + 1}")
below.set_xlabel("d")
below.set_ylabel("°C")
below.legend()
plt.show()
assert torch.allclose(steps.sum(dim=1) + model.bias.item() * std + mean, curve, atol=1e-3)
assert 190 < days[curve.argmax()] < 230 and curve.max() - curve.min() > 12

# %% [markdown] tags=["en"]
# ## Experiment: how many sigmoids? {#experiment}
#
# Now change one thing, the number $m$, and leave the rest as it is. One run a setting would prove little, because the
# random start matters: take five seeds for each. The whole experiment is 25 trainings.
#
# <!-- block
# figure: lab-experiment
# alt: >-
#   Error in °C against the number m of sigmoids, 1, 2, 3, 10 and 30, five seeds each, for the training years and for
#   2015. At m = 1 all runs lie at about 4.9 and 5.4. At m = 2 four runs lie at about 2.7 and 2.9, one at about 4.9 and 5.4.
#   From m = 3 on all lie at about 2.7 and 3.0.
# caption: >-
#   Each dot is one training. One sigmoid always fails, two succeed or fail by the luck of the start, and from three on
#   the error stays where it is.
# -->

# %% [markdown] tags=["zh"]
# ## 实验：要多少个 sigmoid？ {#experiment}
#
# 现在只改一样东西，就是个数 $m$，其余都不动。每种设置只跑一次说明不了什么，因为结果与随机的初始参数有关，所以每种设置都用五个种子。整个实验一共 25 次训练。
#
# <!-- block
# figure: lab-experiment
# alt: >-
#   横轴是 sigmoid 的个数 m，取 1、2、3、10、30，每个五个种子；纵轴是训练年份和 2015 年的误差，单位 °C。m = 1 时所有点都在 4.9 和 5.4 左右；
#   m = 2 时四次在 2.7 和 2.9 左右，一次在 4.9 和 5.4 左右；从 m = 3 起都在 2.7 和 3.0 左右。
# caption: 每个点是一次训练。一个 sigmoid 总是失败，两个的成败要看初始参数的运气，从三个起误差就不再变了。
# -->

# %%
sizes = (1, 2, 3, 10, 30)
errors = {}  # m -> (5, 2): seeds, and training and validation error in °C
for m in sizes:
    runs = [fit(x[train], y[train], m, seed) for seed in range(5)]
    errors[m] = torch.tensor([[error_of(run, x[part], y[part]) for part in (train, ~train)] for run in runs])
    print(f"m = {m:2}:", *(f"{error:.2f}" for error in errors[m][:, 0]), "°C")

figure, axes = plt.subplots(figsize=(6.4, 3.4))
for column, (label, marker) in enumerate((("2012–2014", "o"), ("2015", "x"))):
    places = [place + 0.24 * column - 0.12 for place in range(len(sizes)) for _ in range(5)]
    heights = torch.cat([errors[m][:, column] for m in sizes])
    axes.plot(places, heights, marker, markersize=5, label=label)
axes.set_xticks(range(len(sizes)), sizes)
axes.set_xlabel("m")
axes.set_ylabel("°C")
axes.legend()
plt.show()

assert errors[1][:, 0].min() > 4.5
assert (errors[2][:, 0] < 2.8).sum() == 4 and errors[2][:, 0].max() > 4.5
assert all(errors[m][:, 0].max() < 2.8 and errors[m][:, 1].max() < 3.1 for m in (3, 10, 30))

# %% [markdown] tags=["en"]
# Three different stories:
#
# - **$m = 1$: model bias.** A single step can go up or down, never both. No seed helps, and no longer training would.
# - **$m = 2$: optimisation.** Up and down is all that the year needs, and four of the five seeds find it. The fifth is
#   the *same model* and ends near the error of $m = 1$. So the model is good enough; the training got stuck. More
#   sigmoids mean more chances that some start in a useful place.
# - **$m \geq 3$: noise.** Thirty sigmoids are no better than three. What is left is the weather of the single day,
#   and $d$ knows nothing of it.
#
# Can nothing get below 2.7 °C on the training days? Of course: *remember* them. A table with one mean for each of the 366
# days does so, and pays for it in 2015. That is **overfitting**.

# %% [markdown] tags=["zh"]
# 三种情形，各有各的原因：
#
# - **$m = 1$：模型偏差。** 一级台阶要么上升，要么下降，不能先升后降。换哪个种子都没用，训练再久也没用。
# - **$m = 2$：优化。** 一升一降正是这一年所需要的，五个种子里有四个找到了。剩下那个是*同样的模型*，误差却停在 $m = 1$ 的水平附近。
#   可见模型已经够用，是训练卡住了。sigmoid 越多，其中有几个恰好从有用的位置出发的机会就越大。
# - **$m \geq 3$：噪声。** 三十个 sigmoid 并不比三个好。剩下的是具体某一天的天气，而 $d$ 对此一无所知。
#
# 训练数据上的误差就不能低于 2.7 °C 了吗？当然能：*背下来*就行。给 366 天各存一个平均值，做成一张表就能做到，代价则在 2015 年显现出来。这就是**过拟合**（overfitting）。

# %%
table = torch.stack([temperature[train & (day == d)].mean() for d in days])  # (366,), °C
remembered = table[day.long() - 1]  # (1461,)
table_errors = [(remembered - temperature)[part].square().mean().sqrt().item() for part in (train, ~train)]
print(f"2012–2014: {table_errors[0]:.2f} °C, 2015: {table_errors[1]:.2f} °C")
assert table_errors[0] < errors[30][:, 0].min() and table_errors[1] > errors[30][:, 1].max()

# %% [markdown] tags=["en"]
# ## Exercises {#exercises}
#
# ### Exercise 1: back to degrees {#ex-degrees .exercise data-difficulty="1"}
#
# A training prints a loss of 0.2: a mean squared error of the scaled $y$. With $s = 6$ °C, how large is the error in °C?

# %% [markdown] tags=["zh"]
# ## 练习 {#exercises}
#
# ### 练习 1：换回摄氏度 {#ex-degrees .exercise data-difficulty="1"}
#
# 某次训练打印的损失是 0.2，即缩放后的 $y$ 的均方误差。已知 $s = 6$ °C，误差是多少 °C？

# %%
from course_lib import check

degrees = ...

check("fit-a-curve/degrees", degrees)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     The loss is in squared units of $y$. Which comes first, the root or the factor $s$?

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     损失的单位是 $y$ 的单位的平方。开方和乘以 $s$，先做哪一步？

# %% tags=["solution"]
degrees = 0.2**0.5 * 6
assert check("fit-a-curve/degrees", degrees)

# %% [markdown] tags=["en"]
# ### Exercise 2: close the year {#ex-circle .exercise data-difficulty="3"}
#
# For the model, 31 December and 1 January are as far apart as two days can be; nothing makes its curve meet at the ends.
# Give it two features instead of one, so that the end of the year lies beside its start: write `on_circle(d)`, which
# turns days, shape (N,), into features, shape (N, 2). A year has 365.25 days.

# %% [markdown] tags=["zh"]
# ### 练习 2：让一年首尾相接 {#ex-circle .exercise data-difficulty="3"}
#
# 在这个模型眼里，12 月 31 日和 1 月 1 日是相距最远的两天，没有什么能保证曲线的两端接得上。把一个特征换成两个，使年尾紧挨着年头：请写出 `on_circle(d)`，
# 把形状为 (N,) 的日期变成形状为 (N, 2) 的特征。一年按 365.25 天计。


# %%
def on_circle(d):
    return ...


check("fit-a-curve/circle", on_circle)

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     Put the days on a circle, like the hours on a clock: the angle is $2\pi d / 365.25$, and a point on a circle has two
#     coordinates. `torch.stack([first, second], dim=1)` puts two columns side by side.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     把日子排在一个圆上，就像钟面上的钟点：角度是 $2\pi d / 365.25$，而圆上的一个点有两个坐标。
#     `torch.stack([first, second], dim=1)` 把两列并排放在一起。


# %% tags=["solution"]
def on_circle(d):
    angle = 2 * torch.pi * d / 365.25
    return torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)


assert check("fit-a-curve/circle", on_circle)

circle = to(on_circle(day), device)
closed = fit(circle[train], y[train], sigmoids=3, seed=0)
ends = to(torch.tensor([1.0, 366.25]), device)
with torch.no_grad():
    gap_open = (model(scale_day(ends)) * std).diff().abs().item()
    gap_closed = (closed(on_circle(ends)) * std).diff().abs().item()
print(f"{gap_open:.2f} °C, {gap_closed:.2f} °C; 2015: {error_of(closed, circle[~train], y[~train]):.2f} °C")
assert gap_closed < 0.01 < gap_open
assert error_of(closed, circle[~train], y[~train]) < 3.1

# %% [markdown] tags=["en"]
# ## What to change next {#next}
#
# - Leave `scale_day` out and feed $d$ from 1 to 366 as it is. What happens to the loss, and why?
# - Use `lr=0.0005`. Is the error that remains model bias or optimisation? How would you find out?
# - Ask the model for $d = 500$. It answers; should you believe it?
# - Another curve: `weather["wind"]`, or any table that has one column to look at and one to predict.

# %% [markdown] tags=["zh"]
# ## 接下来可以改什么 {#next}
#
# - 去掉 `scale_day`，直接输入 1 到 366 的 $d$。损失会怎样，为什么？
# - 换成 `lr=0.0005`。剩下的误差是模型偏差，还是优化没做好？怎样才能查清楚？
# - 问模型 $d = 500$ 时的气温。它会给出答案，但该不该信？
# - 换一条曲线：`weather["wind"]`，或者任何一张表，只要有一列可以当输入、一列可以当预测目标。
