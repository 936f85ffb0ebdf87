#include "Cli.h"

#include "Passphrase.h"
#include "database/Database.h"
#include "rules/OneLine.h"
#include "secrets/KeychainStore.h"
#include "store/Rescue.h"

#include <QDateTime>
#include <QFileInfo>
#include <QTimeZone>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace calldeck
{

namespace
{

std::atomic_bool stopAsked{false};

void onInterrupt(int) { stopAsked.store(true); }

ExitCode codeOf(const Error &error)
{
    switch (error.code) {
    case Error::Code::InvalidInput: return exitBadInput;
    case Error::Code::Cancelled: return exitInterrupted;
    default: return exitStoreProblem;
    }
}

} // namespace

const char *const exitCodesHelp = "Ends with 0 when done, 1 when the command line is wrong, 2 when a file, filter or id that was given is wrong,\n"
                                  "3 when the data directory or the place for the result cannot be used, 4 when verify found something, 130 when\n"
                                  "interrupted. Whenever it does not end with 0, the calls are as they were before.";

void installSignalHandlers()
{
    struct sigaction stop {};
    stop.sa_handler = onInterrupt;
    stop.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &stop, nullptr);
    sigaction(SIGTERM, &stop, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

Cli::Cli(QString dataDir, KeyWishes wishes, const QString &usage) : m_dataDir(std::move(dataDir)), m_wishes(std::move(wishes)), m_usage(usage)
{
    if (canAskPassphrase())
        m_wishes.passphrase = askPassphrase;
    m_parser.addHelpOption();
}

std::optional<int> Cli::parse(const QStringList &arguments, int positionals)
{
    if (!m_parser.parse(QStringList{m_usage} + arguments))
        return usageError(m_parser.errorText());
    if (m_parser.isSet(QStringLiteral("help"))) {
        QString text = m_parser.helpText();
        text.replace(text.left(text.indexOf(u'\n')), QStringLiteral("Usage: calldeck-cli [OPTIONS] %1").arg(m_usage));
        put(text.toUtf8().trimmed() + "\n\n" + exitCodesHelp);
        return exitOk;
    }
    const auto given = m_parser.positionalArguments().size();
    if (given < positionals)
        return usageError(QStringLiteral("Something is missing."));
    if (given > positionals)
        return usageError(QStringLiteral("\"%1\" is too much.").arg(m_parser.positionalArguments().at(positionals)));
    return {};
}

Result<DataKey> Cli::key() const
{
    if (m_key)
        return *m_key;
    KeychainStore keyring;
    const auto found = keyOfData(m_dataDir, m_wishes, keyring);
    if (found)
        m_key = *found;
    return found;
}

Result<std::unique_ptr<CacheFile>> Cli::open(CacheFile::Mode mode) const
{
    const auto found = key();
    if (!found)
        return found.error();
    auto cache = CacheFile::open(m_dataDir, mode, found->key);
    return cache ? std::move(cache) : openingError(cache.error(), *found);
}

Verdict Cli::encrypt()
{
    if (!QFileInfo::exists(cachePath(m_dataDir)))
        return CacheFile::open(m_dataDir, CacheFile::Mode::ReadOnly).error();
    auto lock = DirectoryLock::take(m_dataDir);
    if (!lock)
        return lock.error();
    KeychainStore keyring;
    const auto done = encryptData(m_dataDir, m_wishes, keyring);
    return done ? encryptOwnStore(m_dataDir, done->key) : Verdict(done.error());
}

Result<std::unique_ptr<CacheFile>> Cli::openToWrite(CacheFile::Mode mode)
{
    if (mode != CacheFile::Mode::Create) {
        // Found missing before the lock would make the directory.
        if (!QFileInfo::exists(cachePath(m_dataDir)))
            return CacheFile::open(m_dataDir, CacheFile::Mode::ReadOnly).error();
    }
    // Before anything is made or migrated there.
    if (mode == CacheFile::Mode::Create && isOfAccount(m_dataDir)) {
        return Error{Error::Code::InvalidInput,
                     QStringLiteral("%1 holds the calls of an account on a server, which calls come in by: see docs/api/rest.md. Choose another data directory; nothing was changed.").arg(m_dataDir), {}, false};
    }
    auto lock = DirectoryLock::take(m_dataDir);
    if (!lock)
        return lock.error();
    m_lock = *std::move(lock);
    // A rescue that was cut off is ended first: a new file would stand in its way.
    if (Verdict ended = finishRescue(m_dataDir); !ended)
        return ended.error();
    KeychainStore keyring;
    const auto found = mode == CacheFile::Mode::Create ? keyForData(m_dataDir, m_wishes, keyring) : key();
    if (!found)
        return found.error();
    auto cache = CacheFile::open(m_dataDir, mode, found->key);
    return cache ? std::move(cache) : openingError(cache.error(), *found);
}

Result<std::unique_ptr<OwnStore>> Cli::openStore(CacheFile &cache) const { return OwnStore::open({m_dataDir, cache.database().key(), {}, interrupted}, cache); }

void Cli::catchUp(OwnStore &store, CacheFile &cache) const
{
    bool stopped = false;
    Verdict done = store.catchUp(cache, [this, &stopped](qint64 records) {
        progress(QStringLiteral("%1 records brought to the desk").arg(records));
        stopped = interrupted();
        return !stopped;
    });
    if (done && stopped)
        done = Error{Error::Code::Cancelled, QStringLiteral("interrupted."), {}, true};
    if (done)
        done = cache.reloadWorkspace();
    if (!done)
        say(QStringLiteral("The calls are stored. The desk does not show them yet and fetches them at its next start: %1").arg(done.error().message));
}

Result<Cli::Filtered> Cli::openFiltered() const
{
    auto cache = openToRead();
    if (!cache)
        return cache.error();
    auto filter = parseCallFilter(m_parser.value(QStringLiteral("filter")), now(), QTimeZone((*cache)->workspace().zone));
    if (!filter)
        return filter.error();
    return Filtered{*std::move(cache), *std::move(filter)};
}

int Cli::fail(const Error &error) const
{
    say(error.message);
    return codeOf(error);
}

int Cli::usageError(const QString &sentence) const
{
    say(QStringLiteral("%1\nUsage: calldeck-cli [OPTIONS] %2").arg(sentence, m_usage));
    return exitUsage;
}

void Cli::say(const QString &sentence) const
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    fputs(qPrintable(sentence + u'\n'), stderr);
}

void Cli::progress(const QString &text) const
{
    if (!isatty(STDERR_FILENO))
        return;
    fputs(qPrintable(QString(QStringLiteral("\r\033[K") + text)), stderr);
    fflush(stderr);
}

bool Cli::put(const QByteArray &line)
{
    if (m_outputError != 0)
        return false;
    const bool written = fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stdout) == static_cast<size_t>(line.size()) && fputc('\n', stdout) != EOF;
    if (!written)
        m_outputError = errno;
    return written && !interrupted();
}

bool Cli::putText(const QString &line)
{
    return put(oneLine(line).toUtf8());
}

int Cli::finish(int code)
{
    progress({});
    if (m_outputError == 0 && fflush(stdout) != 0)
        m_outputError = errno;
    if (m_outputError == 0 || m_outputError == EPIPE)
        return code;
    say(QStringLiteral("The result could not be written: %1.").arg(QString::fromLocal8Bit(std::strerror(m_outputError))));
    return code == exitOk ? exitStoreProblem : code;
}

bool Cli::interrupted() { return stopAsked.load(); }

TimeMs Cli::now() { return QDateTime::currentMSecsSinceEpoch(); }

} // namespace calldeck
