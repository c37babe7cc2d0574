init --from pipelin out
