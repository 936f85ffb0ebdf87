#pragma once

#include "CallIntake.h"

namespace calldeck
{

/**
 * Fills a desk's file without a backend, for tests of what stands on its rows: by the same rules of `models`, with rows that no backend knows.
 * The product's imports go through OwnStore.
 */
class CacheSink : public CallSink
{
public:
    explicit CacheSink(CacheFile &file) : m_file(file) {}

    const Workspace &workspace() const override { return m_file.workspace(); }
    Verdict setWorkspace(const Workspace &workspace) override { return m_file.setWorkspace(workspace); }
    Result<bool> hasCalls() override { return m_file.database().prepare("SELECT 1 FROM calls LIMIT 1").found(); }
    Verdict begin() override { return m_file.database().execute("BEGIN IMMEDIATE"); }
    Result<Applied> put(const IncomingCall &incoming, TimeMs now) override
    {
        const auto taken = CallIntake(m_file.database(), m_file.workspace()).put(incoming, now);
        return taken ? Result<Applied>(taken->applied) : taken.error();
    }
    Verdict commit() override { return m_file.database().execute("COMMIT"); }
    Verdict rollback() override
    {
        // A full disk or a read error has ended the transaction already.
        if (m_file.database().isInTransaction()) {
            if (Verdict done = m_file.database().execute("ROLLBACK"); !done)
                return done;
        }
        return m_file.reloadWorkspace();
    }

private:
    CacheFile &m_file;
};

} // namespace calldeck
