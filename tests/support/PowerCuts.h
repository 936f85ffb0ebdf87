#pragma once

#include "FaultDisk.h"
#include "demo/Chance.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <functional>
#include <gtest/gtest.h>

namespace calldeck::test
{

/** What a person was told is saved, and how much the disk had been told by then. */
struct Acknowledged {
    qsizetype position = 0;
    QString id;
};

struct CutFigures {
    int cuts = 0;
    int lost = 0;       ///< cuts after which something acknowledged was missing
    int unusable = 0;   ///< cuts after which the store did not open, or was not whole
    QString first;      ///< the first bad one, for whoever looks for it
};

/** How many cuts a run makes: enough for every change, or CALLDECK_POWER_CUTS for a night. */
inline int wantedCuts(int usual)
{
    bool given = false;
    const int wanted = qEnvironmentVariableIntValue("CALLDECK_POWER_CUTS", &given);
    return given ? wanted : usual;
}

/** The ids that a start after the cut finds in `folder`; an error text when it finds no whole store. */
using Restart = std::function<QString(const QString &folder, QSet<QString> &found)>;

inline void writeDisk(const QString &folder, const QMap<QString, QByteArray> &disk)
{
    const QStringList old = QDir(folder).entryList(QDir::Files | QDir::Hidden);
    for (const QString &name : old)
        QFile::remove(QDir(folder).filePath(name));
    for (auto file = disk.cbegin(); file != disk.cend(); ++file) {
        QFile out(QDir(folder).filePath(QFileInfo(file.key()).fileName()));
        ASSERT_TRUE(out.open(QIODevice::WriteOnly));
        ASSERT_EQ(out.write(*file), file->size());
    }
}

/** Cuts the power at random moments of the log, each in the four ways, and starts again after each. */
inline CutFigures cutPower(DiskLog log, const QList<Acknowledged> &acknowledged, int wanted, quint64 seed, const Restart &restart)
{
    constexpr Loss losses[] = {Loss::Kept, Loss::Dropped, Loss::Torn, Loss::Garbage};
    Chance chance(seed);
    CutFigures figures;
    const double share = wanted / double(std::size(losses)) / static_cast<double>(log.ops.size() + 1);
    QTemporaryDir folder;
    for (PowerCut cut(std::move(log));; cut.step()) {
        // More moments than the log has: some are taken more than once, with another fate of each sector.
        for (double left = share; chance.happens(left); left -= 1) {
            for (const Loss loss : losses) {
                ++figures.cuts;
                writeDisk(folder.path(), cut.disk(loss, chance));
                QSet<QString> found;
                const QString problem = restart(folder.path(), found);
                const auto missing = std::find_if(acknowledged.cbegin(), acknowledged.cend(),
                                                  [&](const Acknowledged &one) { return one.position <= cut.position() && !found.contains(one.id); });
                figures.unusable += !problem.isEmpty();
                figures.lost += problem.isEmpty() && missing != acknowledged.cend();
                if (figures.first.isEmpty() && (!problem.isEmpty() || missing != acknowledged.cend())) {
                    figures.first = QStringLiteral("seed %1, after operation %2, loss %3: %4")
                                        .arg(seed)
                                        .arg(cut.position())
                                        .arg(static_cast<int>(loss))
                                        .arg(problem.isEmpty() ? QStringLiteral("%1 is missing").arg(missing->id) : problem);
                }
            }
        }
        if (cut.atEnd())
            return figures;
    }
}

inline void tell(const char *what, const CutFigures &figures)
{
    std::printf("%s: %d power cuts, %d with something lost, %d unusable\n", what, figures.cuts, figures.lost, figures.unusable);
}

inline void expectNothingLost(const char *what, const CutFigures &figures)
{
    tell(what, figures);
    EXPECT_EQ(figures.lost, 0) << figures.first.toStdString();
    EXPECT_EQ(figures.unusable, 0) << figures.first.toStdString();
}

} // namespace calldeck::test
