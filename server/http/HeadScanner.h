#pragma once

#include <QByteArrayView>

namespace calldeck
{

/**
 * Finds where a request's head ends, before anything reads meaning into it. Refuses what two programs could read in two
 * ways: lone CR or LF, NUL and other control characters, folded lines. Looks at each byte once however slowly they
 * come.
 */
class HeadScanner
{
public:
    enum class State { More, Complete, Bad, TooBig };

    explicit HeadScanner(qint64 most_bytes) : m_most(most_bytes) {}

    /** Looks at what has come so far; `bytes` must begin with what it was given before. */
    State look(QByteArrayView bytes);

    /** Bytes of the head with its empty line, once Complete. */
    qsizetype end() const { return m_at; }

private:
    State step(char c);

    qint64 m_most;
    qsizetype m_at = 0;
    qsizetype m_line = 0;  // bytes in the current line
    bool m_return = false; // the byte before was CR
};

} // namespace calldeck
