/* Ends well without having run a test. */
int main(void)
{
    return 0;
}
