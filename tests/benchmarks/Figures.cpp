#include "Figures.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace calldeck::bench
{

double Samples::at(double quantile) const
{
    if (m_values.empty())
        return 0;
    std::vector<double> sorted = m_values;
    std::sort(sorted.begin(), sorted.end());
    const auto place = static_cast<size_t>(std::ceil(quantile * static_cast<double>(sorted.size()))) - 1;
    return sorted[std::min(place, sorted.size() - 1)];
}

double Samples::shareAbove(double ms) const
{
    return m_values.empty() ? 0 : static_cast<double>(std::count_if(m_values.begin(), m_values.end(), [ms](double value) { return value > ms; })) / static_cast<double>(m_values.size());
}

void Report::add(const Figure &figure)
{
    m_figures.append(figure);
    const QString raw = figure.raw_name.isEmpty() ? QString() : QStringLiteral("  | %1: %2").arg(figure.raw_name).arg(figure.raw, 0, 'g', 4);
    fprintf(stderr, "%s: %.4g %s%s\n", qPrintable(figure.name), figure.ours, qPrintable(figure.unit), qPrintable(raw));
}

void Report::print() const
{
    printf("| work | ours | raw limit, same run | ratio | goal |\n|---|---|---|---|---|\n");
    for (const Figure &figure : m_figures) {
        const QString raw = figure.raw_name.isEmpty() ? QStringLiteral("none") : QStringLiteral("%1 %2 (%3)").arg(figure.raw, 0, 'g', 3).arg(figure.unit, figure.raw_name);
        const QString ratio = figure.raw_name.isEmpty() || figure.raw <= 0 ? QStringLiteral("-") : QStringLiteral("%1x").arg(figure.ours / figure.raw, 0, 'f', 2);
        printf("| %s | %s %s | %s | %s | %s |\n", qPrintable(figure.name), qPrintable(QString::number(figure.ours, 'g', 4)), qPrintable(figure.unit), qPrintable(raw), qPrintable(ratio),
               qPrintable(figure.goal));
    }
}

QJsonArray Report::toJson() const
{
    QJsonArray array;
    for (const Figure &figure : m_figures) {
        QJsonObject object{{QStringLiteral("name"), figure.name}, {QStringLiteral("unit"), figure.unit}, {QStringLiteral("ours"), figure.ours}, {QStringLiteral("goal"), figure.goal}};
        if (!figure.raw_name.isEmpty()) {
            object.insert(QStringLiteral("raw_name"), figure.raw_name);
            object.insert(QStringLiteral("raw"), figure.raw);
            object.insert(QStringLiteral("ratio"), figure.raw > 0 ? figure.ours / figure.raw : 0);
        }
        array.append(object);
    }
    return array;
}

double elapsedMs(const QElapsedTimer &timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

double timed(const std::function<void()> &work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return elapsedMs(timer);
}

void spinUntil(const char *what, const std::function<bool()> &condition)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        if (timer.elapsed() > 60'000) {
            fprintf(stderr, "%s did not come within a minute.\n", what);
            exit(1);
        }
    }
}

} // namespace calldeck::bench
