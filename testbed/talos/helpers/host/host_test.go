package host

import "testing"

func TestTheBoundingSetDecides(t *testing.T) {
	for status, want := range map[string]bool{
		"Name:\tx\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n": false,
		"Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t000001fffeffffff\n": true,
		"CapBnd:\tnonsense\n": false,
		"":                    false,
	} {
		if got := lacks(status); got != want {
			t.Errorf("%q: got %v, want %v", status, got, want)
		}
	}
}
