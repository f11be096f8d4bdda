package main

import "testing"

func TestReadLibrary(t *testing.T) {
	const out = `BenchmarkLargeLibrary/search/rare-2         	     200	    986291 ns/op	        12.00 %found	         0 %more	         2.129 ms-95%	         3.227 ms-max
BenchmarkLargeLibrary/search/two-common-16  	     200	   1867107 ns/op	       100.0 %found	       100.0 %more	        13.487 ms-95%	         4.283 ms-max
BenchmarkLargeLibrary/page-2                	     200	   1500000 ns/op
BenchmarkLargeLibrary/last-page-2           	     200	   2213574 ns/op
BenchmarkLargeLibrary/open-2                	     200	   5750000.5 ns/op
`
	rows := make([]row, 3)
	if err := readLibrary(out, rows, &series{}); err != nil {
		t.Fatal(err)
	}
	if rows[0].Measured != 13.487 || rows[0].Note != "two-common" || len(rows[0].Values) != 2 {
		t.Errorf("search: got %+v", rows[0])
	}
	if rows[1].Measured != 1.5 || rows[2].Measured != 5.7500005 {
		t.Errorf("got a page in %v ms and opening in %v ms", rows[1].Measured, rows[2].Measured)
	}
	if err := readLibrary("FAIL", make([]row, 3), nil); err == nil {
		t.Error("of nothing: got no error")
	}
}
