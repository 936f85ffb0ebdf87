#include "api/Metrics.h"

namespace calldeck
{

void Metrics::countNamed(const QByteArray &name)
{
    const std::lock_guard lock(m_mutex);
    ++m_counters[name];
}

void Metrics::countRequest(const QByteArray &method, const QByteArray &route, int status, double milliseconds)
{
    const QByteArray labels = "method=\"" + method + "\",route=\"" + route + "\"";
    countNamed("calldeck_requests_total{" + labels + ",status=\"" + QByteArray::number(status) + "\"}");
    const std::lock_guard lock(m_mutex);
    Latency &latency = m_latencies[labels];
    size_t bucket = 0;
    while (bucket < bounds.size() && milliseconds > bounds[bucket])
        ++bucket;
    ++latency.counts[bucket];
    latency.sum += milliseconds / 1000.0;
    ++latency.count;
}

QByteArray Metrics::text(const Gauges &gauges) const
{
    const std::lock_guard lock(m_mutex);
    QByteArray text;
    QByteArray family;
    for (auto it = m_counters.begin(); it != m_counters.end(); ++it) {
        const QByteArray name = it.key().left(it.key().indexOf('{') < 0 ? it.key().size() : it.key().indexOf('{'));
        if (name != family)
            text += "# TYPE " + name + " counter\n";
        family = name;
        text += it.key() + ' ' + QByteArray::number(it.value()) + '\n';
    }
    text += "# TYPE calldeck_request_seconds histogram\n";
    for (auto it = m_latencies.begin(); it != m_latencies.end(); ++it) {
        qint64 sum = 0;
        for (size_t i = 0; i < it->counts.size(); ++i) {
            sum += it->counts[i];
            const QByteArray bound = i < bounds.size() ? QByteArray::number(bounds[i] / 1000.0) : QByteArray("+Inf");
            text += "calldeck_request_seconds_bucket{" + it.key() + ",le=\"" + bound + "\"} " + QByteArray::number(sum) + '\n';
        }
        text += "calldeck_request_seconds_sum{" + it.key() + "} " + QByteArray::number(it->sum) + '\n';
        text += "calldeck_request_seconds_count{" + it.key() + "} " + QByteArray::number(it->count) + '\n';
    }
    const auto gauge = [&](const QByteArray &name, qint64 value) { text += "# TYPE " + name + " gauge\n" + name + ' ' + QByteArray::number(value) + '\n'; };
    gauge("calldeck_connections", gauges.connections);
    gauge("calldeck_sockets", gauges.sockets);
    gauge("calldeck_pool_waiting", gauges.waiting);
    return text;
}

} // namespace calldeck
