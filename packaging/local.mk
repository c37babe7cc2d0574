# make deb: Debian packages, in the folder deb of the build.
EXTRA_DIST += \
    packaging/changelog \
    packaging/copyright \
    packaging/deb \
    packaging/mrp-compiler.control \
    packaging/mrp.control

deb:
	$(top_srcdir)/packaging/deb deb
clean-local-deb:
	rm -rf deb
clean-local: clean-local-deb
.PHONY: deb clean-local-deb
