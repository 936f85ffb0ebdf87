#include "database/CrashTrace.h"

#include <array>
#include <csignal>
#include <cstring>
#include <execinfo.h>
#include <unistd.h>

namespace calldeck
{

namespace
{

constexpr int mostFrames = 64;
constexpr int secondsToTell = 5;
constexpr size_t ownStackBytes = 128 * 1024;
#ifdef __SANITIZE_ADDRESS__
constexpr std::array signals{SIGABRT}; // it says more of the others itself
#else
constexpr std::array signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#endif

void say(const char *words)
{
    // Nobody is left to hear of a failure.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, words, std::strlen(words));
}

/** Allowed in a signal handler: no memory is asked for. The process ends by the signal as it would have. */
void tell(int signal)
{
    // Should the fault hold a lock that is needed here.
    ::alarm(secondsToTell);
    std::array<char, 3> number{static_cast<char>('0' + signal / 10), static_cast<char>('0' + signal % 10), '\0'};
    say("calldeck.crash: ended by signal ");
    say(number.data());
    say(" at\n");
    std::array<void *, mostFrames> frames;
    ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), mostFrames), STDERR_FILENO);
    // A fault comes again by itself, what another program sent does not.
    ::raise(signal);
}

} // namespace

void traceCrashes()
{
    // The first use loads a library, which must not happen in the handler.
    std::array<void *, 1> frame;
    ::backtrace(frame.data(), 1);
    static std::array<char, ownStackBytes> ownStack;
    stack_t stack{};
    stack.ss_sp = ownStack.data();
    stack.ss_size = ownStack.size();
    ::sigaltstack(&stack, nullptr);
    struct sigaction action = {};
    action.sa_handler = tell;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
    for (const int signal : signals)
        ::sigaction(signal, &action, nullptr);
}

} // namespace calldeck
