#pragma once

#include <QByteArray>
#include <QMap>
#include <array>
#include <mutex>

namespace calldeck
{

/** Counters for /metrics. Any thread. */
class Metrics
{
public:
    /** `route` is a pattern of the table, never what the peer sent. */
    void countRequest(const QByteArray &method, const QByteArray &route, int status, double milliseconds);
    void countPush() { countNamed("calldeck_pushes_total"); }
    void countEdit(const QByteArray &status) { countNamed("calldeck_edits_total{status=\"" + status + "\"}"); }

    struct Gauges {
        qint64 connections = 0;
        qint64 sockets = 0;
        qint64 waiting = 0;
    };
    /** Prometheus text format 0.0.4. */
    QByteArray text(const Gauges &gauges) const;

private:
    static constexpr std::array bounds{1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1000.0, 5000.0};
    struct Latency {
        std::array<qint64, bounds.size() + 1> counts{};
        double sum = 0;
        qint64 count = 0;
    };
    void countNamed(const QByteArray &name);

    mutable std::mutex m_mutex;
    QMap<QByteArray, qint64> m_counters;
    QMap<QByteArray, Latency> m_latencies;
};

} // namespace calldeck
