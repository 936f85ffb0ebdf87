#include "database/DatabaseKey.h"

#include <algorithm>
#include <cstring>

namespace calldeck
{

void forget(void *memory, size_t bytes) { ::explicit_bzero(memory, bytes); }

DatabaseKey::~DatabaseKey() { forget(m_bytes.data(), m_bytes.size()); }

std::optional<DatabaseKey> DatabaseKey::fromBytes(QByteArrayView bytes)
{
    if (bytes.size() != size)
        return std::nullopt;
    DatabaseKey key;
    std::copy(bytes.begin(), bytes.end(), key.m_bytes.begin());
    key.m_set = true;
    return key;
}

} // namespace calldeck
