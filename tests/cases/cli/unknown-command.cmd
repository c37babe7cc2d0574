chek FILE
deploy
new
synth x
help lint
convert
