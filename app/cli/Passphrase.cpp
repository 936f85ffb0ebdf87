#include "Passphrase.h"

#include "rules/Passphrase.h"

#include <cstdio>
#include <termios.h>
#include <unistd.h>

namespace calldeck
{

namespace
{

QByteArray readLineUnseen(const char *question)
{
    fputs(question, stderr);
    termios shown{};
    tcgetattr(STDIN_FILENO, &shown);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    QByteArray line;
    for (int c = fgetc(stdin); c != EOF && c != '\n'; c = fgetc(stdin))
        line.append(static_cast<char>(c));
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return line;
}

} // namespace

bool canAskPassphrase() { return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0; }

std::optional<QByteArray> askPassphrase(bool isNew)
{
    const QByteArray typed = readLineUnseen(isNew ? "New passphrase of this data (8 characters or more): " : "Passphrase of this data: ");
    if (typed.isEmpty() || (isNew && (QString::fromUtf8(typed).size() < shortestPassphrase || readLineUnseen("Once more: ") != typed)))
        return std::nullopt;
    return typed;
}

} // namespace calldeck
