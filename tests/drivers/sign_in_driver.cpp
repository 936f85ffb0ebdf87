// The desk's sign-in through a browser without a window: the real account and the real flow. Commands by lines on stdin (ask, start, cancel), what happens as
// JSON lines on stdout. The browser is whoever reads them.

#include "JsonLine.h"
#include "MemoryKeyStore.h"
#include "backend/BrowserSignIn.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QSocketNotifier>
#include <unistd.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class Driver : public QObject
{
public:
    Driver(const QUrl &server, std::chrono::milliseconds patience, bool hasBrowser)
        : m_server(server), m_account(m_keyring), m_flow(
                                                      m_account, [hasBrowser](const QUrl &url) { return show(url, hasBrowser); }, patience),
          m_input(STDIN_FILENO, QSocketNotifier::Read)
    {
        connect(&m_input, &QSocketNotifier::activated, this, &Driver::readInput);
    }

private:
    static bool show(const QUrl &url, bool hasBrowser)
    {
        if (hasBrowser)
            tellLine({{u"event"_s, u"browse"_s}, {u"url"_s, url.toString(QUrl::FullyEncoded)}});
        return hasBrowser;
    }
    void readInput()
    {
        char bytes[4096];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count <= 0)
            return QCoreApplication::quit();
        m_buffer.append(bytes, static_cast<qsizetype>(count));
        for (qsizetype end = m_buffer.indexOf('\n'); end >= 0; end = m_buffer.indexOf('\n')) {
            run(m_buffer.left(end));
            m_buffer.remove(0, end + 1);
        }
    }
    void run(const QByteArray &command)
    {
        if (command == "ask")
            return m_flow.ask(m_server, [](bool offers) { tellLine({{u"event"_s, u"asked"_s}, {u"offers"_s, offers}}); });
        if (command == "start")
            return m_flow.start(m_server, [this](const Result<AccountRecord> &account) { ended(account); });
        m_flow.cancel();
        tellLine({{u"event"_s, u"cancelled"_s}});
    }
    void ended(const Result<AccountRecord> &account)
    {
        if (!account)
            return tellLine({{u"event"_s, u"done"_s}, {u"ok"_s, false}, {u"error"_s, account.error().message}});
        m_account.waitForKeyring();
        tellLine({{u"event"_s, u"done"_s},
              {u"ok"_s, true},
              {u"email"_s, account->email},
              {u"name"_s, account->user_name},
              {u"workspace"_s, account->workspace_name},
              {u"kept"_s, QStringList(m_keyring.secrets.keys()).join(u',')},
              {u"access"_s, QString::fromLatin1(m_account.accessToken())}});
    }

    const QUrl m_server;
    MemoryKeyStore m_keyring;
    DeskAccount m_account;
    BrowserSignIn m_flow;
    QSocketNotifier m_input;
    QByteArray m_buffer;
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption server(u"server"_s, QString(), u"URL"_s), patience(u"patience"_s, QString(), u"MS"_s, u"300000"_s), noBrowser(u"no-browser"_s);
    parser.addOptions({server, patience, noBrowser});
    parser.process(application);
    Driver driver(QUrl(parser.value(server)), std::chrono::milliseconds(parser.value(patience).toInt()), !parser.isSet(noBrowser));
    return QCoreApplication::exec();
}
