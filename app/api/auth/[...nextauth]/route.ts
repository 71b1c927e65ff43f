import { handleAuth } from "@/server/root";

export const dynamic = "force-dynamic";

/** Sign-in, sign-out and what they need, by next-auth. */
export { handleAuth as GET, handleAuth as POST };
