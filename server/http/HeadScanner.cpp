#include "http/HeadScanner.h"

namespace calldeck
{

HeadScanner::State HeadScanner::look(QByteArrayView bytes)
{
    while (m_at < bytes.size()) {
        if (m_at >= m_most)
            return State::TooBig;
        const State state = step(bytes[m_at++]);
        if (state != State::More)
            return state;
    }
    return State::More;
}

HeadScanner::State HeadScanner::step(char c)
{
    if (m_return || c == '\n') {
        if (!m_return || c != '\n')
            return State::Bad;
        m_return = false;
        const bool was_empty = m_line == 0;
        m_line = 0;
        return was_empty ? State::Complete : State::More;
    }
    if (c == '\r') {
        m_return = true;
        return State::More;
    }
    const auto code = static_cast<unsigned char>(c);
    const bool control = (code < 0x20 && c != '\t') || code == 0x7f;
    const bool folded = m_line == 0 && (c == ' ' || c == '\t');
    ++m_line;
    return control || folded ? State::Bad : State::More;
}

} // namespace calldeck
