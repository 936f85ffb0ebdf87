#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

class AmountPicker;
class DispositionPicker;
class FollowUpPicker;

/** One disposition for several calls, with whatever it demands; the same rule as for one call decides what is missing. */
class BulkDisposition : public Popover
{
    Q_OBJECT
public:
    BulkDisposition(DeskService &desk, const Theme &theme, QWidget *window);
    void open(QWidget *anchor, const QList<CallKey> &calls);

Q_SIGNALS:
    void applied(const calldeck::Command &command, const QString &sentence);

private:
    DispositionEntry entry() const;
    void choose(const QString &key);
    void apply();

    DeskService &m_desk;
    QPointer<QWidget> m_anchor;
    QList<CallKey> m_calls;
    QString m_chosen;
    DispositionPicker *m_picker;
    QLineEdit *m_notes;
    FollowUpPicker *m_followUp;
    AmountPicker *m_amount;
    QLineEdit *m_transfer;
    Text *m_missing;
};

} // namespace calldeck
