#include "FakeSync.h"
#include "Printers.h"
#include "WindowFixture.h"
#include "drawer/CallDrawer.h"
#include "shell/SignOutDialog.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QLabel>
#include <QStyle>
#include <QTemporaryDir>
#include <QTest>
#include <QTextDocument>
#include <QToolTip>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** The whole window over a call whose every text is a page with a picture. */
class HostileTextTest : public WindowFixture
{
protected:
    void SetUp() override
    {
        QPixmap red(40, 40);
        red.fill(Qt::red);
        picture = folder.filePath(u"picture.png"_s);
        ASSERT_TRUE(red.save(picture));
        styleBefore = qApp->style()->objectName();
        fontBefore = QApplication::font();
        paletteBefore = QApplication::palette();
        theme.applyTo(*qApp);
        addCall();
        auto made = std::make_unique<MainWindow>(desk, theme, preferences, nullptr);
        made->resize(1440, 900);
        show(std::move(made));
    }
    void TearDown() override
    {
        QToolTip::hideText();
        WindowFixture::TearDown();
        // The other tests go on as they were.
        QApplication::setStyle(styleBefore);
        QApplication::setFont(fontBefore);
        QApplication::setPalette(paletteBefore);
    }
    QString hostile(const QString &word) const { return u"<b>%1</b><img src=\"%2\"><img src=\"http://127.0.0.1:9/x.png\">"_s.arg(word, picture); }
    void addCall()
    {
        Call &call = desk.addMissed(hostile(u"Ada"_s));
        call.contact_id = u"c1"_s;
        call.business_name = hostile(u"Business"_s);
        call.queue = hostile(u"Queue"_s);
        call.agent_name = hostile(u"Agent"_s);
        call.tags = {hostile(u"tag"_s)};
        call.call_notes = hostile(u"notes"_s);
        call.last_outcome_notes = hostile(u"last"_s);
        call.transcript_summary = hostile(u"summary"_s);
        call.customer_address = hostile(u"address"_s);
        call.spam_reason = hostile(u"spam"_s);
        desk.excerpts.insert(call.key, hostile(u"said"_s));
        FollowUpTask task;
        task.call = call.key;
        task.number = call.customer_number;
        task.caller_name = call.caller_name;
        task.note = hostile(u"task"_s);
        task.owner = hostile(u"owner"_s);
        task.due_at = desk.clock + 60'000;
        desk.tasks.append(task);
        Contact contact;
        contact.id = u"c1"_s;
        contact.name = hostile(u"contact"_s);
        desk.contacts.append(contact);
    }
    void showAll(const QString &view)
    {
        window->showView(view);
        if (view != u"settings"_s)
            window->openCall(1);
        settle();
    }
    /** A label that would make a page of what it shows. */
    static QStringList richLabels()
    {
        QStringList rich;
        const QWidgetList widgets = QApplication::allWidgets();
        for (QWidget *widget : widgets) {
            const auto *label = qobject_cast<QLabel *>(widget);
            const bool makesPages = label && label->textFormat() != Qt::PlainText && Qt::mightBeRichText(label->text());
            if (makesPages)
                rich.append(QString::fromLatin1(label->metaObject()->className()) + u": "_s + label->text());
        }
        return rich;
    }
    static QLabel *tip()
    {
        const QWidgetList widgets = QApplication::topLevelWidgets();
        for (QWidget *widget : widgets) {
            if (widget->inherits("QTipLabel") && widget->isVisible())
                return qobject_cast<QLabel *>(widget);
        }
        return nullptr;
    }
    static bool isRed(const QImage &image)
    {
        int red = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                red += image.pixelColor(x, y) == QColor(Qt::red);
        }
        return red > 400;
    }

    QTemporaryDir folder;
    QString picture;
    QString styleBefore;
    QFont fontBefore;
    QPalette paletteBefore;
};

} // namespace

TEST_F(HostileTextTest, pictureWouldBeSeenWhereTextIsTakenForAPage)
{
    QLabel careless(hostile(u"x"_s));
    careless.show();
    EXPECT_TRUE(isRed(careless.grab().toImage())) << "this test could not fail";
    EXPECT_FALSE(richLabels().isEmpty());
}

TEST_F(HostileTextTest, namesNotesAndTagsStandThereToTheLetter)
{
    for (const QString &view : {u"triage"_s, u"calls"_s, u"followups"_s, u"settings"_s}) {
        SCOPED_TRACE(view.toStdString());
        showAll(view);
        EXPECT_EQ(richLabels(), QStringList());
        EXPECT_FALSE(isRed(window->grab().toImage()));
        if (view == u"triage"_s) {
            EXPECT_EQ(window->findChild<CallDrawer *>()->shownCall().caller_name, hostile(u"Ada"_s)) << "nothing hostile is shown";
        }
    }
}

TEST_F(HostileTextTest, tooltipsShowTheTextItself)
{
    showAll(u"calls"_s);
    QStringList tips;
    const auto widgets = window->findChildren<QWidget *>();
    for (const QWidget *widget : widgets)
        tips.append(widget->toolTip());
    const auto views = window->findChildren<QAbstractItemView *>();
    for (const QAbstractItemView *view : views) {
        for (int column = 0; view->model() && view->model()->rowCount() > 0 && column < view->model()->columnCount(); ++column)
            tips.append(view->model()->index(0, column).data(Qt::ToolTipRole).toString());
    }
    tips.removeIf([](const QString &text) { return !Qt::mightBeRichText(text); });
    EXPECT_GT(tips.size(), 2) << "nothing hostile has a tooltip";
    for (const QString &text : std::as_const(tips)) {
        QToolTip::showText(QPoint(50, 50), text, window.get());
        ASSERT_TRUE(QTest::qWaitFor([] { return tip() != nullptr; }));
        EXPECT_EQ(tip()->textFormat(), Qt::PlainText);
        EXPECT_EQ(tip()->text(), text);
        EXPECT_FALSE(isRed(tip()->grab().toImage()));
        QToolTip::hideText();
    }
}

TEST_F(HostileTextTest, messagesAndDialogsDoNotEither)
{
    showAll(u"triage"_s);
    window->fail({Error::Code::Io, hostile(u"message"_s), {}, false});
    settle();
    FakeSync sync;
    sync.current.link = SyncStatus::Link::Offline;
    sync.current.problem = hostile(u"problem"_s);
    SignOutDialog dialog(sync, {3, 1, 1, desk.clock}, window.get());
    dialog.show();
    MainWindow connected(desk, theme, preferences, nullptr, &sync);
    connected.show();
    sync.tell(sync.current);
    settle();
    EXPECT_EQ(richLabels(), QStringList());
    EXPECT_FALSE(isRed(window->grab().toImage()));
    EXPECT_FALSE(isRed(connected.grab().toImage()));
}
