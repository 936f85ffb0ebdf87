#pragma once

#include <QElapsedTimer>
#include <QJsonArray>
#include <QString>
#include <functional>
#include <vector>

namespace calldeck::bench
{

/** Times of one kind of work, in milliseconds. */
class Samples
{
public:
    void add(double ms) { m_values.push_back(ms); }
    double at(double quantile) const;
    double median() const { return at(0.5); }
    /** Share of samples above a limit, 0 to 1. */
    double shareAbove(double ms) const;
    bool isEmpty() const { return m_values.empty(); }

private:
    std::vector<double> m_values;
};

/** One line of the table: our figure, the raw limit of the same run, and what the goal says. */
struct Figure {
    QString name;
    QString unit;
    double ours = 0;
    QString raw_name; ///< "" when there is nothing to hold it against
    double raw = 0;
    QString goal;
    bool more_is_better = false;
};

class Report
{
public:
    void add(const Figure &figure);
    void print() const;
    QJsonArray toJson() const;

private:
    QList<Figure> m_figures;
};

double elapsedMs(const QElapsedTimer &timer);
double timed(const std::function<void()> &work);
/** Runs the event loop until the condition holds; ends the program with a message after a minute. */
void spinUntil(const char *what, const std::function<bool()> &condition);

} // namespace calldeck::bench
