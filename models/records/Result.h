#pragma once

#include <QString>
#include <utility>
#include <variant>

namespace calldeck
{

/** Why something failed, in a form that a machine can branch on and a person can read. */
struct Error {
    enum class Code { InvalidInput, NotFound, Conflict, Busy, Locked, ReadOnly, DiskFull, Damaged, NewerVersion, Foreign, NoKey, WrongKey, Cancelled, Io };

    Code code = Code::Io;
    QString message;        ///< a sentence for the person at the desk, with what to do
    QString detail;         ///< for the log; never a secret, a whole number or a note
    bool retryable = false; ///< the same call may succeed later

    friend bool operator==(const Error &, const Error &) = default;
};

/** A value or the Error that kept it from being made. Check with `if (result)` before `*result`. */
template <class T> class [[nodiscard]] Result
{
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }
    const T &operator*() const & { return std::get<0>(m_state); }
    T &operator*() & { return std::get<0>(m_state); }
    T &&operator*() && { return std::get<0>(std::move(m_state)); }
    const T *operator->() const { return &std::get<0>(m_state); }
    T *operator->() { return &std::get<0>(m_state); }
    const Error &error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

struct Done {
    friend bool operator==(const Done &, const Done &) = default;
};
using Verdict = Result<Done>;

} // namespace calldeck
