.function ntm_orc_fill_u32
.dest 4 d1 uint32_t
.param 4 pixel

copyl d1, pixel
