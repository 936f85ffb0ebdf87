#pragma once

#include <QByteArray>
#include <QString>

namespace calldeck
{

/** What the shell is told; the meanings stand in exitCodesHelp(). */
enum class ExitCode { Ok = 0, Usage = 1, BadInput = 2, StoreProblem = 3, ProblemsFound = 4, Cancelled = 130 };

/**
 * Results to stdout, everything for a person to stderr. A reader that closes its end early (`| head`) stops the output without noise;
 * any other failure to write is told once. UTF-8 whatever the locale.
 */
class Console
{
public:
    ~Console();

    /** A line of the result; false when nobody reads any more, so that the command can stop. */
    bool print(const QByteArray &line);
    bool print(const QString &line) { return print(line.toUtf8()); }
    /** A line for a person. */
    void say(const QString &message);
    /** Shown only on a terminal, in the place of the progress before. */
    void showProgress(const QString &text);
    void clearProgress();
    /** `code`, or StoreProblem when the result could not be written. Call last. */
    ExitCode finish(ExitCode code);

private:
    bool flush();
    QByteArray m_waiting;
    bool m_closed = false;
    bool m_failed = false;
    bool m_progressShown = false;
};

/** Makes Ctrl-C and a polite kill set wasCancelled() instead of ending the program in the middle; the second one ends it. */
void listenForCancel();
bool wasCancelled();

} // namespace calldeck
