#pragma once

#include "embedded/OwnStore.h"
#include "secrets/DataKey.h"
#include "store/CacheFile.h"
#include "store/DataDirectory.h"

#include <QCommandLineParser>
#include <functional>

namespace calldeck
{

/** What the program ends with; part of its contract with scripts. */
enum ExitCode {
    exitOk = 0,
    exitUsage = 1,        ///< the command line is wrong
    exitBadInput = 2,     ///< a file, filter or id that was given is wrong; nothing was changed
    exitStoreProblem = 3, ///< the data directory, or the place for the result, cannot be used
    exitFindings = 4,     ///< verify found something
    exitInterrupted = 130 ///< Ctrl+C; nothing was changed
};
extern const char *const exitCodesHelp;

/** One run of one command: its options, its output, and how its errors are told. Machine output goes to stdout, words to stderr. */
class Cli
{
public:
    Cli(QString dataDir, KeyWishes wishes, const QString &usage);

    QCommandLineParser &parser() { return m_parser; }
    /** Parses the words after the command; nothing when the command may go on, else the code to end with. */
    std::optional<int> parse(const QStringList &arguments, int positionals);
    bool isSet(const QString &option) const { return m_parser.isSet(option); }
    QString value(const QString &option) const { return m_parser.value(option); }
    QString positional(int index) const { return m_parser.positionalArguments().value(index); }

    const QString &dataDir() const { return m_dataDir; }
    Result<std::unique_ptr<CacheFile>> openToRead() const { return open(CacheFile::Mode::ReadOnly); }
    /** Beside whoever has the directory, with the key of its data. */
    Result<std::unique_ptr<CacheFile>> open(CacheFile::Mode mode) const;
    Result<DataKey> key() const;
    /** Encrypts the directory; takes it for this process first. */
    Verdict encrypt();
    /** Takes the directory for this process first: a desk that runs on it is a clear refusal. */
    Result<std::unique_ptr<CacheFile>> openToWrite(CacheFile::Mode mode);
    /** The directory's own store, which calls come in by. Needs openToWrite(). */
    Result<std::unique_ptr<OwnStore>> openStore(CacheFile &cache) const;
    /** Brings the desk's file to where the store is. What is in the store stays there when that fails, which is said: the desk fetches it. */
    void catchUp(OwnStore &store, CacheFile &cache) const;
    struct Filtered {
        std::unique_ptr<CacheFile> cache;
        CallFilter filter;
    };
    /** Opens to read, with the calls that --filter asks for: all when it is not given. */
    Result<Filtered> openFiltered() const;

    int fail(const Error &error) const;
    int usageError(const QString &sentence) const;
    void say(const QString &sentence) const;
    /** A line that is written over itself, on a terminal only. */
    void progress(const QString &text) const;
    /** One line of machine output; false when nobody reads any more. */
    bool put(const QByteArray &line);
    /** A line for a terminal: what could steer it becomes blanks. */
    bool putText(const QString &line);
    /** What the program ends with: `code`, unless the output could not be written. Call last. */
    int finish(int code);
    static bool interrupted();
    static TimeMs now();

private:
    QString m_dataDir;
    KeyWishes m_wishes;
    mutable std::optional<DataKey> m_key; ///< once found, so that a person is asked once
    QString m_usage;
    QCommandLineParser m_parser;
    std::unique_ptr<DirectoryLock> m_lock;
    int m_outputError = 0;
};

struct CliCommand {
    const char *name;
    const char *summary;
    const char *usage;
    int (*run)(Cli &cli, const QStringList &arguments);
};

int runImport(Cli &cli, const QStringList &arguments);
int runExport(Cli &cli, const QStringList &arguments);
int runList(Cli &cli, const QStringList &arguments);
int runShow(Cli &cli, const QStringList &arguments);
int runStats(Cli &cli, const QStringList &arguments);
int runGenerate(Cli &cli, const QStringList &arguments);
int runVerify(Cli &cli, const QStringList &arguments);
int runMigrate(Cli &cli, const QStringList &arguments);
int runBackup(Cli &cli, const QStringList &arguments);
int runEncrypt(Cli &cli, const QStringList &arguments);
int runKey(Cli &cli, const QStringList &arguments);

/** SIGINT and SIGTERM stop at the next safe point, a second one at once; a closed stdout ends the output and nothing else. */
void installSignalHandlers();

} // namespace calldeck
