check --strcit FILE
