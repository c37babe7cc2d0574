explain region FILE
explain stage FILE
explain protect FILE
explain json FILE
explain policy FILE
explain shop FILE
explain @protekt FILE
