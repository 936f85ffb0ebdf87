#include "DeskApplication.h"

#include "AccountFolder.h"
#include "DeskLock.h"
#include "PassphraseDialog.h"
#include "RestWatch.h"
#include "SignInDialog.h"
#include "database/CrashPoint.h"
#include "desk/Answer.h"
#include "embedded/DemoWorkspace.h"
#include "records/Damage.h"
#include "shell/SignOutDialog.h"
#include "store/DataDirectory.h"
#include "store/Rescue.h"

#include <QAbstractButton>
#include <QFileInfo>
#include <QLoggingCategory>

namespace calldeck
{

namespace
{

Q_LOGGING_CATEGORY(timing, "calldeck.timing", QtWarningMsg)

constexpr int failedCode = 3;
constexpr int reopenCode = 1000; ///< of an event loop, never of the program

QString notTold()
{
    return QStringLiteral("You are signed out here, but the server could not be told. The session ends there by itself after 30 days at the latest, or when it is ended among your sessions.");
}

} // namespace

DeskApplication::DeskApplication(QApplication &application, Options options)
    : m_application(application), m_options(std::move(options)), m_ownDataDir(m_options.data_dir), m_ownName(m_options.agent_name)
{
}

DeskApplication::~DeskApplication() = default;

int DeskApplication::run()
{
    Verdict opened = start();
    while (opened) {
        if (const int code = QApplication::exec(); code != reopenCode)
            return code;
        m_desk.reset();
        m_reopening = m_leaving = m_asking = m_offered = false;
        opened = m_next();
        if (opened)
            opened = openOrRescue(m_nextCall);
    }
    if (opened.error().code == Error::Code::Cancelled)
        return 0;
    if (showFailure(opened.error()))
        QApplication::exec();
    return failedCode;
}

Verdict DeskApplication::start()
{
    noteTime("application ready");
    m_theme = std::make_unique<Theme>();
    m_theme->choose(m_options.theme.value_or(ThemeChoice::System));
    m_theme->applyTo(m_application);
    wipeLeft();
    const Verdict found = findAccount();
    return found ? openOrRescue() : found;
}

Verdict DeskApplication::findAccount()
{
    const bool wanted = !m_options.server.isEmpty();
    if (m_options.demo || (!wanted && m_options.data_dir_chosen))
        return Done{};
    const AccountFolder folder;
    QUrl server;
    if (wanted) {
        const auto typed = serverFromText(m_options.server);
        if (!typed)
            return typed.error();
        server = *typed;
    } else if (!folder.hasLast()) {
        return folder.lastServer().isEmpty() || !canAsk() ? Verdict(Done{}) : askWho(folder.lastServer().toString(), {});
    }
    const auto known = folder.find(server, m_options.email);
    if (known && !known->signed_out) {
        m_account = std::make_unique<DeskAccount>(m_keyring);
        m_account->resume(*known);
        return useAccount(*known);
    }
    if (!canAsk())
        return Error{Error::Code::InvalidInput, QStringLiteral("--server: nobody is signed in to %1 here.").arg(m_options.server), {}, false};
    return askWho(m_options.server, m_options.email);
}

Verdict DeskApplication::askWho(const QString &server, const QString &email, const QString &notice)
{
    m_account = std::make_unique<DeskAccount>(m_keyring);
    SignInDialog dialog(*m_account, server, email, m_options.server.isEmpty() ? SignInDialog::Without::Offered : SignInDialog::Without::No);
    dialog.setNotice(notice);
    const int answer = dialog.exec();
    if (answer == QDialog::Accepted)
        return useAccount(m_account->record());
    m_account.reset();
    if (answer == SignInDialog::withoutServer)
        return AccountFolder().forgetServer();
    return Error{Error::Code::Cancelled, QStringLiteral("Nobody signed in."), {}, false};
}

Verdict DeskApplication::useAccount(const AccountRecord &account)
{
    const AccountFolder folder;
    // What somebody threw away must not be sent because the program ended before it was gone.
    if (const auto known = folder.known(account)) {
        if (Verdict removed = wipe(*known); !removed)
            return removed;
    }
    if (!m_options.data_dir_chosen)
        m_options.data_dir = folder.dataDir(account);
    else if (Verdict owned = AccountFolder::own(m_options.data_dir, account); !owned)
        return owned;
    if (Verdict kept = folder.remember(account); !kept)
        return kept;
    m_options.agent_name = account.user_name;
    return Done{};
}

Verdict DeskApplication::openDesk(CallKey call)
{
    if (!m_account && isOfAccount(m_options.data_dir)) {
        return Error{Error::Code::InvalidInput,
                     QStringLiteral("--data-dir: %1 holds the calls of an account. Sign in to its server with --server, or choose another directory.").arg(m_options.data_dir), {}, false};
    }
    const auto key = m_key && m_key->first == m_options.data_dir ? Result<DataKey>(m_key->second) : findKey();
    if (!key)
        return key.error();
    m_key = {m_options.data_dir, *key};
    if (m_options.demo) {
        if (Verdict filled = fillDemo(key->key); !filled)
            return filled;
    }
    auto desk = OpenDesk::open(m_options, *key, *m_theme, m_account.get(), m_options.demo ? nullptr : this, findLock());
    if (!desk)
        return desk.error();
    noteTime("data open");
    if (!call && !m_options.call.isEmpty()) {
        const auto found = findCall(key->key);
        if (!found)
            return found.error();
        call = *found;
    }
    m_desk = *std::move(desk);
    connect(m_desk.get(), &OpenDesk::reached, this, &DeskApplication::noteTime);
    connect(m_desk.get(), &OpenDesk::settingsChanged, this, &DeskApplication::reopenAtRest);
    connect(m_desk.get(), &OpenDesk::signInAsked, this, &DeskApplication::signInAgain);
    m_desk->show(call);
    connect(&m_desk->window(), &MainWindow::damaged, this, &DeskApplication::offerRescue);
    connect(m_desk.get(), &OpenDesk::storeDamaged, this, &DeskApplication::offerNewStore);
    m_options.call.clear();
    m_options.view.clear();
    m_owner = m_account ? m_account->record().folderName() : QString();
    if (m_account)
        m_desk->sync()->start({m_account->record().server, m_account->accessToken()});
    return Done{};
}

Verdict DeskApplication::openOrRescue(CallKey call)
{
    const Verdict opened = openDesk(call);
    const bool canBe = hasRest() && canAsk() && m_key && m_key->first == m_options.data_dir;
    if (opened || !canBe || !isDamage(opened.error()))
        return opened;
    const std::unique_ptr<QMessageBox> question(rescueQuestion(opened.error(), nullptr));
    if (question->exec() != QDialog::Accepted)
        return opened;
    const Verdict done = rescue();
    return done ? openDesk(call) : done;
}

void DeskApplication::offerRescue(const Error &error)
{
    if (!hasRest() || !canAsk() || m_offered || m_asking || m_leaving || m_reopening)
        return;
    if (isLocked()) {
        // Not to whoever passes by.
        connect(m_lock.get(), &LockService::unlocked, this, [this, error] { offerRescue(error); }, Qt::SingleShotConnection);
        return;
    }
    m_offered = true;
    QMessageBox *question = rescueQuestion(error, &m_desk->window());
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(question, &QDialog::accepted, this, [this] {
        if (m_account)
            disconnect(m_account.get(), nullptr, m_desk->sync(), nullptr);
        m_desk->sync()->stop();
        reopen([this] { return rescue(); });
    });
    connect(question, &QDialog::rejected, this, [this, error] {
        if (!isLocked())
            return;
        m_offered = false;
        offerRescue(error);
    });
    question->open();
}

bool DeskApplication::hasRest() const { return m_account || QFileInfo::exists(ownStorePath(m_options.data_dir)); }

QMessageBox *DeskApplication::rescueQuestion(const Error &error, QWidget *over) const
{
    const QString more = QStringLiteral("%1\n\nCalldeck can make it anew: the damaged file is moved aside and kept, what was not sent yet is carried over as far as it can be read, "
                                        "and everything else comes again from %2.");
    return damageQuestion(QStringLiteral("The data of this desk is damaged."), more.arg(error.message, m_account ? QStringLiteral("the server") : QStringLiteral("the desk's own store")), over);
}

void DeskApplication::offerNewStore()
{
    // Locked, it is not for whoever passes by; with an account, somebody is signing in. It is told again.
    if (!canAsk() || isLocked() || m_account || m_offered || m_asking || m_leaving || m_reopening)
        return;
    m_offered = true;
    QMessageBox *question = damageQuestion(QStringLiteral("The desk's own store is damaged."),
                                           QStringLiteral("The calls of this desk are in a file of their own, and you can go on working with them. What you do waits until the store can be written again.\n\nCalldeck can make the "
                                                          "store anew of this desk's calls: the damaged one is moved aside and kept. Calls that were imported and have not reached this desk's list stay behind in it."),
                                           &m_desk->window());
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(question, &QDialog::accepted, this, [this] {
        m_desk->sync()->stop();
        reopen([this] { return wishNewOwnStore(m_options.data_dir); });
    });
    // The lock took it away before it was answered.
    connect(question, &QDialog::rejected, this, [this] { m_offered = !isLocked(); });
    question->open();
}

QMessageBox *DeskApplication::damageQuestion(const QString &what, const QString &more, QWidget *over)
{
    auto *question = new QMessageBox(QMessageBox::Warning, QStringLiteral("Calldeck"), what, QMessageBox::NoButton, over);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(more);
    question->setDefaultButton(question->addButton(QStringLiteral("Make it anew"), QMessageBox::AcceptRole));
    question->addButton(QStringLiteral("Not now"), QMessageBox::RejectRole);
    // Buttons of its own end a message box with their number; what matters is which role they have.
    connect(question, &QMessageBox::buttonClicked, question, [question](QAbstractButton *button) {
        question->done(question->buttonRole(button) == QMessageBox::AcceptRole ? QDialog::Accepted : QDialog::Rejected);
    });
    return question;
}

Verdict DeskApplication::rescue()
{
    const auto lock = DirectoryLock::take(m_options.data_dir);
    if (!lock)
        return lock.error();
    if (!m_account) {
        const auto whole = isOwnStoreWhole(m_options.data_dir, m_key->second.key);
        if (!whole || !*whole)
            return whole ? bothDamaged(m_options.data_dir) : whole.error();
    }
    const auto report = rescueCache(m_options.data_dir, m_key->second.key);
    if (!report)
        return report.error();
    QMessageBox told(QMessageBox::Information, QStringLiteral("Calldeck"), QStringLiteral("The data of this desk was made anew."), QMessageBox::Ok);
    told.setTextFormat(Qt::PlainText);
    told.setInformativeText(report->sentence());
    told.exec();
    return Done{};
}

void DeskApplication::reopen(const std::function<Verdict()> &next, CallKey call)
{
    if (m_reopening)
        return;
    m_reopening = true;
    m_next = next;
    m_nextCall = call;
    QCoreApplication::exit(reopenCode);
}

void DeskApplication::reopenAtRest()
{
    if (m_rest || m_leaving)
        return;
    m_rest = new RestWatch([this] { return !m_leaving && !m_asking && m_desk->window().isAtRest(); }, [this] { reopen([] { return Verdict(Done{}); }, m_desk->window().currentCall()); }, m_desk.get());
}

std::optional<SignedIn> DeskApplication::signedIn() const
{
    if (!m_account)
        return std::nullopt;
    const AccountRecord &account = m_account->record();
    return SignedIn{account.user_name, account.email, account.server.host()};
}

void DeskApplication::signIn()
{
    m_account = std::make_unique<DeskAccount>(m_keyring);
    auto *dialog = new SignInDialog(*m_account, {}, {}, SignInDialog::Without::No, &m_desk->window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setModal(true);
    connect(dialog, &QDialog::accepted, this, [this] {
        // The calls of a desk that worked by itself stay its own, wherever they lie.
        m_options.data_dir_chosen = false;
        reopen([this] { return useAccount(m_account->record()); });
    });
    connect(dialog, &QDialog::rejected, this, [this] { m_account.reset(); });
    dialog->show();
}

void DeskApplication::signInAgain()
{
    auto *dialog = new SignInDialog(*m_account, m_account->record().server.toString(), m_account->record().email, SignInDialog::Without::No, &m_desk->window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setModal(true);
    connect(dialog, &QDialog::accepted, this, [this] {
        if (m_account->record().folderName() == m_owner) {
            (void)m_account->takeSettings(); // the feed has them
            m_desk->sync()->setToken(m_account->accessToken());
            return;
        }
        // Another person: this one's work waits in its own folder, and none of it goes out under the other's name.
        if (m_account)
            disconnect(m_account.get(), nullptr, m_desk->sync(), nullptr);
        m_desk->sync()->stop();
        reopen([this] { return useAccount(m_account->record()); });
    });
    dialog->show();
}

void DeskApplication::signOut()
{
    if (m_asking || m_leaving)
        return;
    m_asking = true;
    m_desk->window().keepTyped();
    onAnswer(m_desk->sync()->unsent(), m_desk.get(), [this](const Result<UnsentWork> &work) {
        if (!work || isLocked()) {
            m_asking = false;
            if (!work)
                m_desk->window().fail(work.error());
            return;
        }
        auto *dialog = new SignOutDialog(*m_desk->sync(), *work, &m_desk->window());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this, dialog] { leave(*dialog); });
        connect(dialog, &QDialog::finished, this, [this] { m_asking = false; });
        dialog->open();
    });
}

LockService *DeskApplication::findLock()
{
    if (!m_lock || m_lock->dataDir() != m_options.data_dir)
        m_lock = std::make_unique<DeskLock>(m_options.data_dir);
    // Invented calls need none, but one that is there is not gone round by an option.
    return m_options.demo && !m_lock->isSet() ? nullptr : m_lock.get();
}

bool DeskApplication::isLocked() const { return m_lock && m_lock->isLocked(); }

void DeskApplication::leave(const SignOutDialog &dialog)
{
    if (m_leaving || m_reopening)
        return;
    const bool keep = dialog.keepsData();
    // First of all: whatever ends this program from here on, nobody gets in again without signing in, and what is to go goes.
    if (Verdict noted = AccountFolder().signedOut(m_account->record(), keep ? QString() : m_options.data_dir); !noted) {
        m_desk->window().fail(noted.error());
        return;
    }
    m_leaving = true;
    delete m_rest;
    m_desk->window().tell(QStringLiteral("Signing out\u2026"));
    m_desk->window().setEnabled(false);
    // No edit may leave between what the person was told and the end; those that are kept go out after the next sign-in.
    disconnect(m_account.get(), nullptr, m_desk->sync(), nullptr);
    m_desk->sync()->stop();
    m_account->signOut(dialog.discarded(), [this, keep](bool told) {
        reopen([this, keep, told] {
            AccountRecord who = m_account->record();
            who.wipe = keep ? QString() : m_options.data_dir;
            Verdict done = wipe(who);
            if (done && !keep)
                done = AccountFolder().forget(who);
            m_account.reset();
            m_key.reset();
            m_lock.reset();
            m_options.server.clear();
            if (!m_options.data_dir_chosen)
                m_options.data_dir = m_ownDataDir;
            m_options.agent_name = m_ownName;
            return done ? askWho(who.server.toString(), {}, told ? QString() : notTold()) : done;
        });
    });
}

void DeskApplication::wipeLeft()
{
    const AccountFolder folder;
    const QList<AccountRecord> left = folder.toWipe();
    for (const AccountRecord &account : left) {
        // What cannot be removed now is tried again at the next start.
        if (wipe(account))
            (void)folder.forget(account);
    }
}

Verdict DeskApplication::wipe(const AccountRecord &account)
{
    // Not theirs any more: a run that was cut off had come as far as this, and somebody else may have moved in.
    if (account.wipe.isEmpty() || !AccountFolder().isOf(account.wipe, account))
        return Done{};
    const QString &dataDir = account.wipe;
    const auto lock = DirectoryLock::take(dataDir);
    if (!lock)
        return lock.error();
    Verdict removed = removeDamaged(dataDir);
    if (removed)
        removed = removeCache(dataDir);
    if (removed)
        removed = removeIdleLock(dataDir);
    if (!removed)
        return removed;
    crashAt("C12");
    // A keyring that is locked now keeps a key that opens nothing any more.
    (void)forgetDataKey(dataDir, m_keyring);
    // The mark last: by it the next start knows that this is still to go.
    return AccountFolder::disown(dataDir);
}

Result<DataKey> DeskApplication::findKey()
{
    const auto lock = DirectoryLock::take(m_options.data_dir);
    if (!lock)
        return lock.error();
    if (Verdict done = finishRescue(m_options.data_dir); !done)
        return done.error();
    KeyWishes wishes;
    wishes.key_file = m_options.key_file;
    wishes.no_encryption = m_options.no_encryption;
    wishes.plain_without_keyring = m_options.demo;
    if (canAsk() && !m_options.demo)
        wishes.passphrase = [this](bool isNew) { return askPassphrase(isNew); };
    auto key = keyForDesk(m_options.data_dir, wishes, m_keyring);
    noteTime("key found");
    return key;
}

bool DeskApplication::canAsk() const { return m_options.screenshot.isEmpty() && QGuiApplication::platformName() != QStringLiteral("offscreen"); }

std::optional<QByteArray> DeskApplication::askPassphrase(bool isNew) const
{
    PassphraseDialog dialog(isNew);
    return dialog.exec() == QDialog::Accepted ? std::optional(dialog.passphrase()) : std::nullopt;
}

Verdict DeskApplication::fillDemo(const DatabaseKey &key)
{
    if (QFileInfo::exists(cachePath(m_options.data_dir)) || QFileInfo::exists(ownStorePath(m_options.data_dir)))
        return Done{};
    return makeDemoWorkspace(m_options.data_dir, m_options.demo_calls, QDateTime::currentMSecsSinceEpoch(), key);
}

Result<CallKey> DeskApplication::findCall(const DatabaseKey &key)
{
    auto cache = CacheFile::open(m_options.data_dir, CacheFile::Mode::ReadOnly, key);
    if (!cache)
        return cache.error();
    const auto call = (*cache)->findCall(m_options.call);
    if (!call)
        return call.error();
    if (!*call)
        return Error{Error::Code::NotFound, QStringLiteral("--call: there is no call \"%1\" in %2.").arg(m_options.call, m_options.data_dir), {}, false};
    return **call;
}

void DeskApplication::noteTime(const char *what) const
{
    qCDebug(timing, "%s after %lld ms", what, QDateTime::currentMSecsSinceEpoch() - m_options.started_at);
}

bool DeskApplication::showFailure(const Error &error)
{
    fputs(qPrintable(QStringLiteral("calldeck: %1\n").arg(error.message)), stderr);
    if (!canAsk())
        return false;
    m_failure = std::make_unique<QMessageBox>(QMessageBox::Critical, QStringLiteral("Calldeck"), QStringLiteral("The desk could not open."));
    m_failure->setInformativeText(error.message);
    m_failure->setTextFormat(Qt::PlainText);
    m_failure->show();
    return true;
}

} // namespace calldeck
