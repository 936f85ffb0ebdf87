#pragma once

#include "records/Call.h"

#include <vector>

namespace calldeck
{

/** A set of call keys as one bit each; keys are dense row ids. */
class IdSet
{
public:
    void insert(CallKey key)
    {
        const auto word = static_cast<size_t>(key) >> 6;
        if (word >= m_words.size())
            m_words.resize(word + 1 + word / 2);
        m_words[word] |= 1ULL << (key & 63);
    }
    bool contains(CallKey key) const
    {
        const auto word = static_cast<size_t>(key) >> 6;
        return word < m_words.size() && (m_words[word] >> (key & 63) & 1);
    }

private:
    std::vector<quint64> m_words;
};

} // namespace calldeck
