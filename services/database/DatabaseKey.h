#pragma once

#include <QByteArrayView>
#include <array>
#include <optional>

namespace calldeck
{

/** The 32 bytes that open a database file; empty for a file that is not encrypted. Its memory is overwritten when it goes. */
class DatabaseKey
{
public:
    static constexpr qsizetype size = 32;

    DatabaseKey() = default;
    DatabaseKey(const DatabaseKey &) = default;
    DatabaseKey &operator=(const DatabaseKey &) = default;
    ~DatabaseKey();

    /** Null when there are not exactly 32 bytes. */
    static std::optional<DatabaseKey> fromBytes(QByteArrayView bytes);
    bool isEmpty() const { return !m_set; }
    QByteArrayView bytes() const { return {m_bytes.data(), m_set ? size : 0}; }
    friend bool operator==(const DatabaseKey &, const DatabaseKey &) = default;

private:
    std::array<char, size> m_bytes{};
    bool m_set = false;
};

/** Overwrites memory that held a secret, in a way the compiler may not leave out. */
void forget(void *memory, size_t bytes);

} // namespace calldeck
