#pragma once

#include "theme/Theme.h"

#include <QCoreApplication>
#include <QSize>
#include <optional>

namespace calldeck
{

/** What the command line of `calldeck` asks for. */
struct Options {
    qint64 started_at = 0;         ///< UTC ms at which main() began
    QString data_dir;
    QString key_file;              ///< "" for the keyring
    bool no_encryption = false;
    QString agent_name;
    bool demo = false;
    bool no_feed = false;          ///< demo data without arriving calls, for tests and pictures
    int demo_calls = 0;            ///< how many calls a new demo workspace gets
    QString view;                  ///< "" for the one last used
    QString call;                  ///< id of a call to open
    std::optional<ThemeChoice> theme;
    QString screenshot;            ///< write the picture here and exit
    QSize size;                    ///< of the window; empty for the remembered one
};

/** Parses argv; prints --help or --version and exits, or prints what is wrong and exits with 1. */
Options readOptions(const QCoreApplication &application);

} // namespace calldeck
