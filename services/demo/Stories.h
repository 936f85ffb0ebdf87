#pragma once

#include <span>

namespace calldeck
{

/** A reason to call a service business, with what is said about it. */
struct Story {
    const char *trade;   ///< queue
    const char *tag;
    const char *reason;  ///< "leaking water heater in the garage"
    const char *ask;     ///< the customer's first sentence
    const char *detail;  ///< a second one
    int value;           ///< typical value in currency units
    bool emergency;
};

std::span<const Story> stories();
std::span<const char *const> firstNames();
std::span<const char *const> lastNames();
std::span<const char *const> businessWords();
std::span<const char *const> businessKinds();
std::span<const char *const> agentNames();
std::span<const int> areaCodes();

} // namespace calldeck
