// A real desk with its window, signed in by a token, that says on stdout which rows it has painted and when: one JSON object a line. First
// {"visible": [call ids]} once the first sync is through, then {"call", "customer_ref", "at"} for every value that a paint shows for the
// first time; "at" in seconds of the monotonic clock, which all processes of a machine share. Ends with stdin.

#include "MemoryPreferences.h"
#include "PaintWatch.h"
#include "backend/DeskSync.h"
#include "secrets/DataKey.h"
#include "secrets/KeychainStore.h"
#include "shell/MainWindow.h"
#include "store/DeskStore.h"
#include "table/CallTable.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <QSslConfiguration>
#include <QTableView>
#include <chrono>
#include <cstdio>
#include <unistd.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

void tell(const QJsonObject &json)
{
    puts(QJsonDocument(json).toJson(QJsonDocument::Compact).constData());
    fflush(stdout);
}

/** Tells what each paint of the table shows anew. */
class Painted
{
public:
    Painted(const CallTable &table, const SyncService &sync) : m_table(table), m_sync(sync), m_view(qobject_cast<QTableView *>(table.view())), m_watch(m_view->viewport(), [this] { look(); }) {}

private:
    void look()
    {
        const double at = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
        const SyncStatus status = m_sync.status();
        if (status.link != SyncStatus::Link::Online || status.first_sync)
            return;
        QJsonArray visible;
        const int bottom = m_view->rowAt(m_view->viewport()->height() - 1);
        const int last = bottom < 0 ? m_table.model().rowCount() - 1 : bottom;
        for (int row = std::max(0, m_view->rowAt(0)); row <= last; ++row) {
            const Call *call = m_table.model().callAt(row);
            if (!call)
                return;
            visible.append(call->call_id);
            if (QString &shown = m_shown[call->call_id]; shown != call->customer_ref) {
                shown = call->customer_ref;
                tell({{u"call"_s, call->call_id}, {u"customer_ref"_s, shown}, {u"at"_s, at}});
            }
        }
        if (!m_told && !visible.isEmpty()) {
            m_told = true;
            tell({{u"visible"_s, visible}});
        }
    }

    const CallTable &m_table;
    const SyncService &m_sync;
    QTableView *m_view;
    QHash<QString, QString> m_shown;
    bool m_told = false;
    bench::PaintWatch m_watch;
};

Result<std::unique_ptr<DeskStore>> openStore(const QString &dataDir, const QString &keyFile)
{
    KeyWishes wishes;
    wishes.key_file = keyFile;
    KeychainStore keyring;
    const auto key = keyForDesk(dataDir, wishes, keyring);
    return key ? DeskStore::open(dataDir, CacheFile::Mode::Create, u"Bench"_s, *key) : Result<std::unique_ptr<DeskStore>>(key.error());
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption dataDir(u"data-dir"_s, QString(), u"DIR"_s), keyFile(u"key-file"_s, QString(), u"FILE"_s), server(u"server"_s, QString(), u"URL"_s), token(u"token"_s, QString(), u"T"_s), trust(u"trust"_s, QString(), u"PEM"_s);
    parser.addOptions({dataDir, keyFile, server, token, trust});
    parser.process(application);
    if (parser.isSet(trust)) {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.addCaCertificates(parser.value(trust));
        QSslConfiguration::setDefaultConfiguration(tls);
    }
    auto store = openStore(parser.value(dataDir), parser.value(keyFile));
    if (!store) {
        fprintf(stderr, "%s\n", qPrintable(store.error().message));
        return 1;
    }
    MemoryPreferences preferences;
    Theme theme;
    theme.applyTo(application);
    DeskSync sync(**store, DeskSync::Backend::Elsewhere);
    auto window = std::make_unique<MainWindow>(**store, theme, preferences, nullptr, &sync);
    window->resize(1440, 900);
    window->show();
    window->showView(u"calls"_s);
    const Painted painted(*window->findChild<CallTable *>(), sync);
    QSocketNotifier end(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&end, &QSocketNotifier::activated, &application, &QCoreApplication::quit);
    sync.start({QUrl(parser.value(server)), parser.value(token).toLatin1()});
    const int code = QApplication::exec();
    sync.stop();
    (*store)->close();
    return code;
}
