import { Remembered } from "@/components/ui/remembered";

/** Whether rows are compact in this browser. */
export const compactRows = new Remembered("throughline-density", "compact");
