package align

import (
	"os"
	"strconv"
)

func envi(k string, d int) int {
	if v, err := strconv.Atoi(os.Getenv(k)); err == nil {
		return v
	}
	return d
}

func envf(k string, d float32) float32 {
	if v, err := strconv.ParseFloat(os.Getenv(k), 32); err == nil {
		return float32(v)
	}
	return d
}

var enterCost = envf("EC", 0.4)
var stayCost = envf("ST", 0.25)
var skipCost = envf("SK", 0.25)
var pauseCost = envf("PC", 1.6)
var stayQ = envf("SQ", 1)
