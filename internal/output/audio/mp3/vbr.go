package mp3

import "narrate/internal/pcm"

// speechRates is how many hundred bits a second speech takes with LAME's -V of
// 0, 1, … 9 and 9.99 without the bit reservoir: by how hard LAME looks (-q of 0
// to 6, and of 7 to 9; it knows no more ways where the bit rate varies), by
// channels less one, and by rate. These are means over eleven voices of
// espeak-ng and flite in five languages, mastered to about −16 LUFS, half a
// minute each, encoded by LAME 3.100, stereo with the voice in the middle.
// Single voices lie between 37 % below and 22 % above: those without the high
// sounds that the rate allows take less.
var speechRates = [2][2]map[pcm.Hz][11]int{
	{
		{
			16000: {813, 754, 691, 658, 614, 551, 496, 443, 419, 404, 296},
			22050: {1084, 967, 865, 816, 748, 658, 580, 508, 475, 422, 300},
			24000: {1197, 1041, 923, 866, 792, 689, 604, 527, 492, 432, 308},
			32000: {1387, 1171, 1047, 972, 882, 758, 666, 583, 542, 484, 353},
			44100: {1418, 1272, 1151, 1083, 992, 853, 742, 646, 600, 541, 373},
			48000: {1510, 1311, 1174, 1101, 1013, 860, 748, 659, 613, 546, 394},
		},
		{
			16000: {814, 772, 717, 680, 627, 569, 524, 478, 453, 436, 318},
			22050: {867, 848, 798, 756, 709, 649, 597, 543, 516, 464, 330},
			24000: {868, 860, 819, 781, 732, 674, 621, 563, 534, 477, 343},
			32000: {1566, 1325, 1164, 1075, 963, 819, 724, 640, 600, 536, 374},
			44100: {1524, 1401, 1279, 1191, 1088, 935, 818, 719, 671, 603, 424},
			48000: {1602, 1448, 1312, 1222, 1108, 950, 827, 732, 686, 612, 445},
		},
	},
	{
		{
			16000: {639, 604, 561, 538, 503, 460, 427, 394, 378, 368, 270},
			22050: {868, 789, 711, 676, 629, 567, 512, 460, 436, 389, 278},
			24000: {958, 855, 765, 720, 664, 593, 534, 477, 452, 396, 287},
			32000: {1054, 916, 830, 786, 731, 652, 593, 533, 503, 449, 339},
			44100: {1093, 1003, 922, 872, 811, 731, 656, 584, 548, 495, 354},
			48000: {1181, 1053, 956, 903, 836, 728, 658, 594, 563, 507, 375},
		},
		{
			16000: {694, 652, 613, 587, 546, 498, 463, 431, 414, 402, 293},
			22050: {834, 799, 746, 704, 660, 603, 557, 510, 486, 434, 312},
			24000: {852, 827, 776, 731, 690, 630, 580, 529, 503, 444, 326},
			32000: {1279, 1058, 938, 877, 808, 713, 652, 593, 563, 498, 358},
			44100: {1242, 1140, 1058, 983, 903, 806, 730, 662, 620, 560, 406},
			48000: {1340, 1209, 1101, 1027, 938, 820, 736, 671, 637, 572, 425},
		},
	},
}

// vbrQuality is LAME's -V in hundredths with which speech takes about bitRate
// bits a second: the best, 0, where that is more than speech can take, and
// 999, the worst, where it is less.
func vbrQuality(f pcm.Format, bitRate, quality int) int {
	way := 0
	if quality >= 7 {
		way = 1
	}
	rates := speechRates[way][f.Channels-1][f.Rate]
	want := bitRate / 100
	if want >= rates[0] {
		return 0
	}
	for i := 1; i < len(rates); i++ {
		if want >= rates[i] {
			over, step := rates[i-1]-want, rates[i-1]-rates[i]
			return min(999, 100*(i-1)+(100*over+step/2)/step)
		}
	}
	return 999
}
