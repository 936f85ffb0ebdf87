#pragma once

#include "desk/DeskPreferences.h"

#include <QHash>

namespace calldeck
{

/** Preferences that live as long as the object. */
class MemoryPreferences : public DeskPreferences
{
public:
    QVariant value(const QString &key, const QVariant &fallback) const override { return m_values.value(key, fallback); }
    void setValue(const QString &key, const QVariant &value) override
    {
        value.isValid() ? (void)m_values.insert(key, value) : (void)m_values.remove(key);
    }

private:
    QHash<QString, QVariant> m_values;
};

} // namespace calldeck
