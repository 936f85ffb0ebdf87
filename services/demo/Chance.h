#pragma once

#include <QtGlobal>
#include <cmath>
#include <numbers>
#include <random>

namespace calldeck
{

/** Random numbers that are the same on every machine for the same seed: the standard fixes the engine, not its distributions. */
class Chance
{
public:
    explicit Chance(quint64 seed) : m_engine(seed) {}

    double unit() { return static_cast<double>(m_engine() >> 11) * 0x1.0p-53; }
    int below(int bound) { return static_cast<int>(unit() * bound); }
    bool happens(double probability) { return unit() < probability; }
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log(1 - unit()));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }
    double logNormal(double median, double spread) { return median * std::exp(spread * normal()); }
    /** Rank 0..count-1, where low ranks come often: a few callers call again and again. */
    int zipf(int count)
    {
        // Zipf's law with exponent 1/2: steeper ones give a single caller a tenth of all calls.
        const double u = unit();
        return static_cast<int>(u * u * count);
    }
    template <class List> const auto &oneOf(const List &list) { return list[static_cast<size_t>(below(static_cast<int>(std::size(list))))]; }

private:
    std::mt19937_64 m_engine;
};

} // namespace calldeck
