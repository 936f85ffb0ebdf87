#include "Console.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace calldeck
{

namespace
{

constexpr qsizetype writeAt = 64 * 1024;

// Signal handlers reach nothing but globals.
std::atomic_bool cancelAsked{false};

void askForCancel(int) { cancelAsked = true; }

/** False with errno set when not all bytes could be written. */
bool writeAll(int file, const QByteArray &bytes)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::write(file, bytes.constData() + done, static_cast<size_t>(bytes.size() - done));
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? written : 0;
    }
    return true;
}

} // namespace

Console::~Console()
{
    clearProgress();
    flush();
}

bool Console::print(const QByteArray &line)
{
    if (m_closed)
        return false;
    m_waiting += line;
    m_waiting += '\n';
    return m_waiting.size() < writeAt || flush();
}

bool Console::flush()
{
    if (m_closed || m_waiting.isEmpty())
        return !m_closed;
    if (!writeAll(STDOUT_FILENO, m_waiting)) {
        const int reason = errno;
        m_closed = true;
        m_failed = reason != EPIPE;
        if (m_failed)
            say(QStringLiteral("The result could not be written: %1.").arg(QString::fromLocal8Bit(std::strerror(reason))));
    }
    m_waiting.clear();
    return !m_closed;
}

void Console::say(const QString &message)
{
    clearProgress();
    // When even this cannot be written there is nobody left to tell.
    (void)writeAll(STDERR_FILENO, message.toUtf8() + '\n');
}

void Console::showProgress(const QString &text)
{
    if (!::isatty(STDERR_FILENO))
        return;
    m_progressShown = true;
    (void)writeAll(STDERR_FILENO, "\r\x1b[K" + text.toUtf8());
}

void Console::clearProgress()
{
    if (std::exchange(m_progressShown, false))
        (void)writeAll(STDERR_FILENO, "\r\x1b[K");
}

ExitCode Console::finish(ExitCode code)
{
    clearProgress();
    flush();
    return m_failed && code == ExitCode::Ok ? ExitCode::StoreProblem : code;
}

void listenForCancel()
{
    struct sigaction action {};
    action.sa_handler = askForCancel;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (const int signal : std::array{SIGINT, SIGTERM})
        sigaction(signal, &action, nullptr);
}

bool wasCancelled() { return cancelAsked; }

} // namespace calldeck
