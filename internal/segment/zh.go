package segment

// Chinese.
var chinese = language{
	name:   "zh",
	says:   "说說问問道喊叫答",
	ties:   "的吗嗎呢吧啊",
	quotes: "“‘",
}
