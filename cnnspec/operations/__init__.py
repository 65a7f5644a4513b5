"""Operations: functions of keras.ops as steps."""
