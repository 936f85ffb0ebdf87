#pragma once

#include "records/Call.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/** An amount of money: four quick ones, or typed. What cannot be read is said under the field and counts as no amount. */
class AmountPicker : public QWidget
{
    Q_OBJECT
public:
    /** `name` is what assistive technology calls the field: "Value estimate". */
    AmountPicker(const Theme &theme, const QString &name, QWidget *parent = nullptr);

    OptionalInt cents() const { return m_cents; }
    void setCents(OptionalInt cents);
    void focusField();
    bool isBeingTyped() const { return m_field->hasFocus(); }

Q_SIGNALS:
    /** With every key and every quick amount. */
    void changed();
    /** A quick amount, Enter, or the focus moving on after typing; not while what stands there is no amount. */
    void entered();
    /** Enter in the field. */
    void finished();

private:
    void typed(const QString &text);
    void take(OptionalInt cents, const QString &problem);

    OptionalInt m_cents;
    bool m_typed = false;
    QList<std::pair<qint64, Button *>> m_quick;
    QLineEdit *m_field;
    Text *m_problem;
};

} // namespace calldeck
