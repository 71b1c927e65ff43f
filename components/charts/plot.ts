/** Space around the plotting area, in px. Everything stacked under a chart uses the same left and right, so that times line up. */
export const PLOT = { left: 48, right: 22, top: 22, bottom: 6 } as const;
