#include "FakeDesk.h"
#include "MemoryPreferences.h"
#include "Printers.h"
#include "table/CallTable.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

class CallTableTest : public testing::Test
{
protected:
    void SetUp() override
    {
        for (int i = 0; i < 300; ++i)
            desk.addMissed(QStringLiteral("Caller %1").arg(i));
        make();
    }
    void TearDown() override { desk.settle(); }
    void make()
    {
        table = std::make_unique<CallTable>(desk, theme, preferences);
        table->resize(1200, 600);
        table->setQuery({}, QStringLiteral("calls"));
        table->show();
        desk.settle();
    }
    QTableView *view() const { return qobject_cast<QTableView *>(table->view()); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(view(), key, modifiers);
        desk.settle();
    }

    FakeDesk desk;
    Theme theme;
    MemoryPreferences preferences;
    std::unique_ptr<CallTable> table;
};

} // namespace

TEST(CallColumnsTest, everyFieldOfACallHasAColumn)
{
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        const auto &columns = callColumns();
        const auto count = std::count_if(columns.cbegin(), columns.cend(), [field](const CallColumn &column) { return column.field == field; });
        EXPECT_EQ(count, 1) << callFields()[i].name;
    }
    QSet<QString> ids;
    for (const CallColumn &column : callColumns())
        ids.insert(column.id);
    EXPECT_EQ(ids.size(), callColumns().size());
}

TEST_F(CallTableTest, modelKeepsTheRulesOfItemModels)
{
    CallTableModel model(desk);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setQuery({});
    desk.settle();
    EXPECT_EQ(model.rowCount(), 300);
    desk.addMissed(QStringLiteral("One more"));
    model.reload();
    desk.settle();
    EXPECT_EQ(model.rowCount(), 301);
}

TEST_F(CallTableTest, aCellSaysItsColumnAndText)
{
    const auto &model = table->model();
    ASSERT_TRUE(model.callAt(0));
    desk.settle();
    const QModelIndex caller = model.index(0, 2);
    EXPECT_TRUE(model.data(caller, Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("Caller: Caller ")));
}

TEST_F(CallTableTest, theCallAtHandStaysWhenOthersArrive)
{
    press(Qt::Key_Down);
    press(Qt::Key_Down);
    const CallKey before = table->currentCall();
    ASSERT_NE(before, 0);
    Call &fresh = desk.addMissed(QStringLiteral("Newest"));
    fresh.started_at = desk.clock;
    ChangeSet changes;
    changes.added = {fresh.key};
    Q_EMIT desk.changed(changes);
    QTest::qWait(150);
    desk.settle();
    EXPECT_EQ(table->count(), 301);
    EXPECT_EQ(table->currentCall(), before);
}

TEST_F(CallTableTest, theFirstCallThatComesIntoAnEmptyListIsLookedAt)
{
    desk.calls.clear();
    make();
    ASSERT_EQ(table->count(), 0);
    ASSERT_EQ(table->currentCall(), 0);
    const auto arrive = [this](const QString &name) {
        const QSignalSpy counted(table.get(), &CallTable::countChanged);
        ChangeSet changes;
        changes.added = {desk.addMissed(name).key};
        Q_EMIT desk.changed(changes);
        EXPECT_TRUE(QTest::qWaitFor([&] { return !counted.isEmpty(); }));
        desk.settle();
        return changes.added.first();
    };
    const CallKey first = arrive(QStringLiteral("First"));
    EXPECT_EQ(table->currentCall(), first);
    arrive(QStringLiteral("Second"));
    EXPECT_EQ(table->currentCall(), first) << "only the first";
    // Who has left all calls is not sent back to one.
    view()->setCurrentIndex({});
    arrive(QStringLiteral("Third"));
    EXPECT_FALSE(view()->currentIndex().isValid());
}

TEST_F(CallTableTest, selectAllMeansTheWholeResult)
{
    press(Qt::Key_A, Qt::ControlModifier);
    EXPECT_EQ(table->selection().count(), 300);
    EXPECT_EQ(table->selectedCalls().size(), 300);
    press(Qt::Key_Space);
    EXPECT_EQ(table->selection().count(), 299);
    press(Qt::Key_Escape);
    EXPECT_TRUE(table->selection().isEmpty());
}

TEST_F(CallTableTest, callsThatComeOrGoAreNotChosen)
{
    press(Qt::Key_A, Qt::ControlModifier);
    ChangeSet changes;
    changes.added = {desk.addMissed(QStringLiteral("Newest")).key};
    desk.calls.removeIf([](const Call &call) { return call.key == 7; });
    Q_EMIT desk.changed(changes);
    QTest::qWait(150);
    desk.settle();
    EXPECT_EQ(table->count(), 300);
    EXPECT_EQ(table->selection().count(), 299);
    EXPECT_FALSE(table->selectedCalls().contains(changes.added.first()));
    EXPECT_EQ(table->selectedCalls().size(), 299);
}

TEST_F(CallTableTest, shiftExtendsAndEnterOpens)
{
    QSignalSpy opened(table.get(), &CallTable::opened);
    press(Qt::Key_Home);
    press(Qt::Key_Down, Qt::ShiftModifier);
    press(Qt::Key_Down, Qt::ShiftModifier);
    EXPECT_EQ(table->selection().count(), 3);
    press(Qt::Key_Return);
    ASSERT_EQ(opened.size(), 1);
    EXPECT_EQ(opened.first().first().value<CallKey>(), table->currentCall());
}

TEST_F(CallTableTest, columnsAndDensityAreRememberedByView)
{
    QHeaderView *header = view()->horizontalHeader();
    view()->setColumnHidden(4, true);
    header->resizeSection(2, 333);
    table->setDensity(Density::Compact);
    make();
    EXPECT_EQ(view()->horizontalHeader()->sectionSize(2), 333);
    EXPECT_EQ(table->density(), Density::Compact);
    EXPECT_EQ(view()->verticalHeader()->defaultSectionSize(), metrics::rowCompact);
    table->setQuery({}, QStringLiteral("another view"));
    EXPECT_NE(view()->horizontalHeader()->sectionSize(2), 333);
}
